import { Agent, request } from 'node:http';

/** What became of the requests of some clients. */
export interface ClientTally {
  sent: number;
  /** By status, or the system's code where no answer came. */
  failures: string[];
  longestMs: number;
}

/** Clients that ask one thing after another until they are stopped. */
export interface Clients {
  stop(): Promise<ClientTally>;
  readonly sent: number;
}

export interface ClientsOptions {
  port: number;
  path: string;
  clients: number;
  /** Whether each keeps its connection. */
  keepAlive: boolean;
  /** Rest after each answer, in milliseconds. @default 0 */
  restMs?: number;
}

/** Starts clients. Nothing is retried: each request counts as it ended. */
export function startClients({
  port,
  path,
  clients,
  keepAlive,
  restMs = 0,
}: ClientsOptions): Clients {
  const tally: ClientTally = { sent: 0, failures: [], longestMs: 0 };
  const stopping = new AbortController();
  const ask = (agent: Agent): Promise<void> =>
    new Promise((resolve) => {
      const startedAt = performance.now();
      tally.sent++;
      const end = (failure?: string): void => {
        if (failure !== undefined) tally.failures.push(failure);
        tally.longestMs = Math.max(tally.longestMs, performance.now() - startedAt);
        setTimeout(resolve, restMs);
      };
      const about = { host: '127.0.0.1', port, path, agent, timeout: 30_000 };
      const sent = request(about, (response) => {
        response.resume();
        response.once('close', () => {
          const isWhole = response.complete && response.statusCode === 200;
          end(isWhole ? undefined : `status ${response.statusCode}`);
        });
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        end(`${error.code ?? error.message}${sent.reusedSocket ? ', kept connection' : ''}`);
      });
      sent.once('timeout', () => sent.destroy(new Error('no answer')));
      sent.end();
    });
  const run = async (): Promise<void> => {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    // oxlint-disable-next-line no-await-in-loop -- one after another is the point
    while (!stopping.signal.aborted) await ask(agent);
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, run));
  return {
    get sent() {
      return tally.sent;
    },
    stop: async () => {
      stopping.abort();
      await running;
      return tally;
    },
  };
}

/** What became of the requests of clients that keep their connections, and of those that do not. */
export interface MixedTally {
  keeping: ClientTally;
  closing: ClientTally;
}

/** Starts clients of both kinds, as many of each. */
export function startMixedClients(options: Omit<ClientsOptions, 'keepAlive'>): {
  stop(): Promise<MixedTally>;
} {
  const keeping = startClients({ ...options, keepAlive: true });
  const closing = startClients({ ...options, keepAlive: false });
  return {
    stop: async () => {
      const [kept, closed] = await Promise.all([keeping.stop(), closing.stop()]);
      return { keeping: kept, closing: closed };
    },
  };
}
