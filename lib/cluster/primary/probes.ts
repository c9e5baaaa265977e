import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { nodeHttp } from '../../common/http/node-http.ts';
import { listenPatiently, type OnAddressInUse } from '../../common/http/patient-listen.ts';
import { MAX_PROBE_CONNECTIONS } from '../accepting/descriptor-budget.ts';
import { GroupStartError } from '../cluster.errors.ts';
import type { ListenSpec } from '../protocol/control-messages.ts';
import { cannotListen } from '../protocol/listen-failure.ts';
import type { InheritedSockets, OpenListener } from '../takeover/inherited-sockets.ts';

/** State that the probes report. */
export interface ProbeState {
  /** Whether the group is ready for new requests. */
  isReady(): boolean;
}

/** Where to serve probes: an address, or an open socket. */
type ProbesAt = { host: string; port: number } | { fd: number };

/** The group's probe server. */
export class Probes {
  readonly spec: ListenSpec;
  readonly #state: ProbeState;
  readonly #at: { host: string; port: number };
  #server: Server | undefined;
  #isClosed = false;

  constructor(at: { host: string; port: number }, state: ProbeState) {
    this.spec = { ...at, refusal: 'http', clientFirst: true, ordinal: 0 };
    this.#at = at;
    this.#state = state;
  }

  /** Its listener; empty until it listens. */
  get listeners(): OpenListener[] {
    const address = this.#server?.address() ?? undefined;
    return address === undefined
      ? []
      : [{ role: 'probes', spec: this.spec, address, addresses: [address] }];
  }

  /**
   * Starts serving. On an inherited socket, only after `full`: until then the process that opened
   * it answers. Waits for an address that a predecessor still holds.
   *
   * @throws GroupStartError if it can't listen
   */
  async open(
    inherited: InheritedSockets,
    { full, onInUse }: { full: Promise<void>; onInUse: OnAddressInUse },
  ): Promise<void> {
    const [fd] = inherited.take(this.spec, 'probes')?.fds ?? [];
    if (fd !== undefined) {
      void full.then(async () => (this.#server = await serveProbes({ fd }, this.#state)));
      return;
    }
    const isWanted = (): boolean => !this.#isClosed;
    this.#server = await listenPatiently(() => serveProbes(this.#at, this.#state), {
      address: this.#at.port,
      onInUse,
      isWanted,
    }).catch((error: unknown) => {
      throw new GroupStartError(cannotListen(this.spec, error));
    });
    if (this.#isClosed) this.#server.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
  }
}

/**
 * Serves `/livez` and `/readyz` from the primary, so that liveness never depends on an
 * application or a page. Rejects with the system's error if it can't listen.
 */
function serveProbes(at: ProbesAt, state: ProbeState): Promise<Server> {
  const server = nodeHttp.createServer(LIMITS, (request, response) => {
    const status = statusOf(request.url, state);
    request.resume();
    response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(`${TEXTS[status]}\n`);
  });
  keepLatest(server, MAX_PROBE_CONNECTIONS);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve(server));
  });
}

/** Short: a probe sends its request at once, and reuses its connection soon or never. */
const LIMITS = {
  headersTimeout: 2_000,
  requestTimeout: 2_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 500,
};

/** Closes the oldest connection beyond `max`, so that stalled clients never keep out a probe. */
function keepLatest(server: Server, max: number): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    const [oldest] = sockets;
    if (sockets.size >= max && oldest !== undefined) {
      sockets.delete(oldest);
      oldest.destroy();
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
}

const TEXTS = { 200: 'ok', 404: 'not found', 503: 'not ready' } as const;

function statusOf(url: string | undefined, state: ProbeState): keyof typeof TEXTS {
  if (url === '/livez') return 200;
  if (url === '/readyz') return state.isReady() ? 200 : 503;
  return 404;
}
