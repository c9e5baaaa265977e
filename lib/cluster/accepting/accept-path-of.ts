import type { Clock } from '../../common/clock.ts';
import { toError } from '../../common/errors/to-error.ts';
import { waitReason } from '../../common/http/patient-listen.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import { placeOf } from '../protocol/listen-failure.ts';
import type { WorkerLink } from '../protocol/transport.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { InheritedSockets } from '../takeover/inherited-sockets.ts';
import { AcceptPath } from './accept-path.ts';
import { budgetOf } from './descriptor-budget.ts';
import type { Listener } from './listener.ts';
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
  const budget = budgetOf(options, deps.descriptors);
  return new AcceptPath({
    acceptQueue: options.acceptQueue,
    maxHeld: budget.held,
    clock: deps.clock,
    queueClock: deps.queueClock,
    refuser: new Refuser({ maxLingering: budget.lingering, random: deps.random }),
    workers,
    inherited: deps.inherited,
    onInUse: (spec, holder) => deps.log('info', waitReason(placeOf(spec), holder)),
    onOpen: (listener) => logOpen(listener, options.acceptQueue, deps.log),
    onError: (listener, { message }) => deps.log('error', 'accept failed', { listener, message }),
  });
}

/** Logs the address, and a limit that the kernel lowers. */
function logOpen(
  { name, limit }: Pick<Listener, 'name' | 'limit'>,
  { maxQueue }: Pick<ResolvedGroupOptions['acceptQueue'], 'maxQueue'>,
  log: PrimaryLog,
): void {
  log('info', `listening on ${name}`);
  if (limit >= maxQueue) return;
  log(
    'warn',
    `${name} queues at most ${limit} connections, not ${maxQueue} (acceptQueue.maxQueue): ` +
      `the limit is half of the backlog. Set net.core.somaxconn to ${2 * maxQueue}`,
  );
}

/** Link for a worker about to start; none on `ipc`, an error when descriptors have run out. */
export function linkToWorker(
  { invitations }: AcceptPath,
  role: ManagedWorker['role'],
): WorkerLink | Error | undefined {
  if (role === 'meta') return undefined;
  try {
    return invitations?.link();
  } catch (error) {
    return toError(error);
  }
}
