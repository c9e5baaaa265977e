import type { PrimaryLog } from '../primary-log.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';

const UNMANAGED =
  'workers listen on an address outside the accept queue, which cannot bound or shed its ' +
  'connections. For HTTP, give NestFactory.create a new ClusteredFastifyAdapter(), or call ' +
  'worker.handOff(app.getHttpServer()) in bootstrap before it listens. For other servers, such as ' +
  'those of microservices, this may be intended';

/** Maximum addresses to log: with port 0 each worker start may bring another one. */
const MOST_TOLD = 50;

/** Logs workers' servers that `cluster` itself shares, outside the accept queue. */
export class UnmanagedServers {
  readonly #log: PrimaryLog;
  readonly #told = new Set<string>();

  constructor(log: PrimaryLog) {
    this.#log = log;
  }

  /** Logs each address once, for all workers. */
  found(worker: Pick<ManagedWorker, 'unmanaged'>, address: string): void {
    worker.unmanaged.add(address);
    if (this.#told.has(address) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(address);
    this.#log('warn', UNMANAGED, { address });
  }
}
