import type { PrimaryLog } from '../primary-log.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';

const UNMANAGED =
  'workers listen on an address outside of the accept queue: its bounds, leases and refusals do ' +
  'not count there. For HTTP, give NestFactory.create a new ClusteredFastifyAdapter(), or call ' +
  'worker.handOff(app.getHttpServer()) in bootstrap before it listens. For other servers, such as ' +
  'those of microservices, this may be as it should be';

/** Addresses that are told: with port 0 each start of a worker may bring another one. */
const MOST_TOLD = 50;

/** Servers of workers that listen without the primary, shared by `cluster` itself. */
export class UnmanagedServers {
  readonly #log: PrimaryLog;
  readonly #told = new Set<string>();

  constructor(log: PrimaryLog) {
    this.#log = log;
  }

  /** Says so once for each address, whatever the number of workers. */
  found(worker: Pick<ManagedWorker, 'unmanaged'>, address: string): void {
    worker.unmanaged.add(address);
    if (this.#told.has(address) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(address);
    this.#log('warn', UNMANAGED, { address });
  }
}
