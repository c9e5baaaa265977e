import type { Clock } from '../../common/clock.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import type { ListenSpec, WorkerMessage } from '../protocol/control-messages.ts';
import { plainError } from '../protocol/listen-failure.ts';
import { TicketKeys } from '../protocol/ticket-keys.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';

export interface GrantsOptions {
  accepts: AcceptPath;
  clock: Clock;
  /** All present worker processes. */
  workers: () => readonly ManagedWorker[];
  /** Called when an address can't be opened, after the worker was notified. */
  onRefused: (spec: ListenSpec, error: unknown) => void;
}

/** Grants workers the listeners that they ask for, and TLS servers their session ticket keys. */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #keys: TicketKeys;

  constructor(options: GrantsOptions) {
    this.#options = options;
    this.#keys = new TicketKeys(options.clock);
  }

  take(
    worker: ManagedWorker,
    message: Extract<WorkerMessage, { kind: 'listen' | 'unlisten' }>,
  ): void {
    if (message.kind === 'listen') void this.#listen(worker, message.request, message.spec);
    // A draining worker closes its servers, but its replacement keeps the listeners.
    else if (worker.state.kind === 'DRAINING') worker.listeners.delete(message.listener);
    else this.#options.accepts.unlisten(worker, message.listener);
  }

  /** Distributes new ticket keys when due. */
  tick(): void {
    for (const [listener, keys] of this.#keys.renewIfDue()) {
      const serving = this.#options.workers().filter(({ listeners }) => listeners.has(listener));
      for (const { process } of serving) process?.send({ kind: 'ticket-keys', listener, keys });
      if (serving.length === 0) this.#keys.forget(listener);
    }
  }

  async #listen(worker: ManagedWorker, request: number, spec: ListenSpec): Promise<void> {
    try {
      const listener = await this.#options.accepts.listen(spec, worker.role);
      const { id, address } = listener;
      const sockets = listener.grantTo(worker.link);
      worker.listeners.add(id);
      const tickets = spec.tickets === true ? { ticketKeys: this.#keys.of(id) } : {};
      const grant = { listener: id, address, sockets, ...tickets };
      worker.process?.send({ kind: 'listening', request, ...grant });
    } catch (error) {
      worker.process?.send({ kind: 'refused', request, error: plainError(error) });
      this.#options.onRefused(spec, error);
    }
  }
}
