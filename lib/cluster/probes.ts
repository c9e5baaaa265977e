import { createServer, type Server } from 'node:http';

import { GroupStartError } from './cluster.errors.ts';
import type { ListenSpec } from './control-messages.ts';
import type { InheritedSockets, OpenListener } from './inherited-sockets.ts';
import { cannotListen } from './listen-failure.ts';

/** What the probes tell. */
export interface ProbeState {
  /** Whether new work should be sent here. */
  isReady(): boolean;
}

/** Where probes are served: at an address, or on a socket that is open already. */
type ProbesAt = { host: string; port: number } | { fd: number };

/** The probes of a group. */
export class Probes {
  readonly spec: ListenSpec;
  readonly #state: ProbeState;
  readonly #at: { host: string; port: number };
  #server: Server | undefined;

  constructor(at: { host: string; port: number }, state: ProbeState) {
    this.spec = { ...at, refusal: 'http', clientFirst: true, ordinal: 0 };
    this.#at = at;
    this.#state = state;
  }

  /** Where it listens: at one address, or not yet. */
  get listeners(): OpenListener[] {
    const address = this.#server?.address() ?? undefined;
    return address === undefined
      ? []
      : [{ role: 'probes', spec: this.spec, address, addresses: [address] }];
  }

  /**
   * Serves; on a socket that was inherited only from `full` on: until there are workers here,
   * whoever opened it answers.
   *
   * @throws GroupStartError when the address can't be had
   */
  async open(inherited: InheritedSockets, full: Promise<void>): Promise<void> {
    const [fd] = inherited.take(this.spec, 'probes')?.fds ?? [];
    if (fd !== undefined) {
      void full.then(async () => (this.#server = await serveProbes({ fd }, this.#state)));
      return;
    }
    this.#server = await serveProbes(this.#at, this.#state).catch((error: unknown) => {
      throw new GroupStartError(cannotListen(this.spec, error));
    });
  }

  close(): void {
    this.#server?.close();
  }
}

/**
 * `/livez` and `/readyz`, answered by the primary itself, so that liveness never depends on an
 * application or a page. Rejects with the system's error when the address can't be had.
 */
function serveProbes(at: ProbesAt, state: ProbeState): Promise<Server> {
  const server = createServer((request, response) => {
    const status = statusOf(request.url, state);
    request.resume();
    response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(`${TEXTS[status]}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve(server));
  });
}

const TEXTS = { 200: 'ok', 404: 'not found', 503: 'not ready' } as const;

function statusOf(url: string | undefined, state: ProbeState): keyof typeof TEXTS {
  if (url === '/livez') return 200;
  if (url === '/readyz') return state.isReady() ? 200 : 503;
  return 404;
}
