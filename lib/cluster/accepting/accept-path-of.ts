import type { Clock } from '../../common/clock.ts';
import { waitReason } from '../../common/patient-listen.ts';
import { toError } from '../../common/to-error.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import { placeOf } from '../protocol/listen-failure.ts';
import type { WorkerLink } from '../protocol/transport.ts';
import type { Handing, ManagedWorker } from '../supervision/managed-worker.ts';
import type { InheritedSockets } from '../takeover/inherited-sockets.ts';
import { AcceptPath } from './accept-path.ts';
import { divideDescriptors } from './descriptor-budget.ts';
import { Refuser } from './refuse.ts';

export interface AcceptPathDependencies {
  clock: Clock;
  queueClock: Clock;
  random: () => number;
  log: PrimaryLog;
  descriptors: number;
  inherited: InheritedSockets;
}

/** Creates a group's accept path with its share of the descriptors. */
export function acceptPathOf(
  options: ResolvedGroupOptions,
  deps: AcceptPathDependencies,
  workers: () => readonly ManagedWorker[],
): AcceptPath {
  const budget = divideDescriptors(deps.descriptors, options);
  return new AcceptPath({
    acceptQueue: options.acceptQueue,
    maxHeld: budget.held,
    clock: deps.clock,
    queueClock: deps.queueClock,
    refuser: new Refuser({ maxLingering: budget.lingering, random: deps.random }),
    workers,
    inherited: deps.inherited,
    onInUse: (spec, holder) => deps.log('info', waitReason(placeOf(spec), holder)),
    onOpen: (listener) => deps.log('info', `listening on ${listener}`),
    onError: (listener, { message }) => deps.log('error', 'accept failed', { listener, message }),
  });
}

/** Link for a worker about to start; none on `ipc`, an error when descriptors have run out. */
export function linkToWorker(accepts: AcceptPath): WorkerLink<Handing> | Error | undefined {
  try {
    return accepts.transport.link?.<Handing>(() => accepts.pump());
  } catch (error) {
    return toError(error);
  }
}
