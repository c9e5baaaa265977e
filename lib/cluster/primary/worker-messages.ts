import type { Clock } from '../../common/clock.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import type { WorkerMessage } from '../protocol/control-messages.ts';
import { SAME_SIGNAL_MS } from '../signals.ts';
import type { DebuggedWorkers } from '../supervision/debugged-workers.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { WorkerProcessEvents } from '../supervision/worker-process.ts';
import type { FailedStarts } from './failed-starts.ts';
import type { Grants } from './grants.ts';
import type { GroupReadiness } from './group-readiness.ts';
import type { PlaceHolders } from './place-holders.ts';
import type { UnmanagedServers } from './unmanaged-servers.ts';

export interface WorkerNewsParts {
  clock: Clock;
  accepts: AcceptPath;
  grants: Grants;
  places: PlaceHolders;
  debugged: DebuggedWorkers;
  unmanaged: UnmanagedServers;
  failedStarts: FailedStarts;
  readiness: () => GroupReadiness;
  supervisorOf: (worker: ManagedWorker) => Supervisor;
  /** Replaces one process, unless the whole group is ending. */
  replace: (worker: ManagedWorker, reason: string) => void;
  /** Looks at everything at once. */
  tick: () => void;
}

/** Handles messages from workers. */
export class WorkerMessages {
  readonly #parts: WorkerNewsParts;

  constructor(parts: WorkerNewsParts) {
    this.#parts = parts;
  }

  /** Returns what to do with the events of a worker's process. */
  eventsOf(worker: ManagedWorker): WorkerProcessEvents {
    const { accepts, clock, supervisorOf, unmanaged } = this.#parts;
    return {
      onMessage: (message) => this.#take(worker, message),
      onReply: (reply) => {
        worker.heard(clock.now());
        accepts.reply(worker, reply);
      },
      onUnmanaged: (address) => unmanaged.found(worker, address),
      onExit: (...end) => supervisorOf(worker).exited(worker, ...end),
    };
  }

  #take(worker: ManagedWorker, message: WorkerMessage): void {
    const { accepts, clock, debugged, failedStarts, grants, places } = this.#parts;
    worker.heard(clock.now());
    switch (message.kind) {
      case 'online':
        return worker.apply({ kind: 'online' }, clock.now());
      case 'listen':
      case 'unlisten':
        return grants.take(worker, message);
      case 'ready':
        return this.#ready(worker);
      case 'failed':
        return failedStarts.take(worker, message);
      case 'beat':
        worker.beaten(message);
        return accepts.pump();
      case 'terminate':
        return this.#terminate(worker);
      case 'poisoned':
        return this.#poisoned(worker, message.reason);
      case 'liveness':
        return worker.noteLiveness(message.failure);
      case 'yielded':
        return places.free(worker);
      case 'inspector':
        return debugged.note(worker, message.isOpen);
      case 'readiness':
        worker.passesChecks = message.isReady;
        return this.#parts.readiness().tell();
    }
  }

  #ready(worker: ManagedWorker): void {
    const { clock, supervisorOf, tick } = this.#parts;
    worker.look(clock.now());
    supervisorOf(worker).ready(worker);
    tick();
  }

  /** Service managers signal all processes of a group: waits for the primary's own signal. */
  #terminate(worker: ManagedWorker): void {
    const { replace } = this.#parts;
    setTimeout(() => replace(worker, 'it got SIGTERM'), 2 * SAME_SIGNAL_MS).unref();
  }

  /** The pages' process goes on after an error of a page. */
  #poisoned(worker: ManagedWorker, reason: string): void {
    if (worker.role === 'meta') return;
    this.#parts.supervisorOf(worker).retire(worker, reason, { cause: 'failure', end: 'crash' });
  }
}
