import type { Clock } from '../../common/clock.ts';
import type { Listener } from '../accepting/listener.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { LoadMeter } from './load-meter.ts';
import { memoryLeft } from './memory-left.ts';
import type { ScalingState } from './scaling-bounds.ts';
import { Scaling } from './scaling.ts';

export interface ScalingDependencies {
  supervisor: Supervisor;
  accepts: { readonly listeners: readonly Listener[] };
  askForRoom: (count: number) => true | string;
  blockedBy: (direction: 'up' | 'down') => string | undefined;
  /** State in the group that this one takes over from; undefined: there is none. */
  scaling: ScalingState | undefined;
  clock: Clock;
  log: PrimaryLog;
}

/** Creates the scaling of a group's workers. */
export function scalingOf(
  { workers, supervision, acceptQueue }: ResolvedGroupOptions,
  { supervisor, accepts, askForRoom, blockedBy, scaling, clock, log }: ScalingDependencies,
): Scaling {
  return new Scaling({
    workers,
    quorum: supervision.quorum,
    waitTargetMs: acceptQueue.targetMs,
    inherited: scaling,
    supervisor,
    meter: new LoadMeter({ supervisor, listeners: () => accepts.listeners }),
    memoryLeft: () => {
      return memoryLeft(supervisor.workers.flatMap(({ usage }) => usage?.privateBytes ?? []));
    },
    askForRoom,
    blockedBy,
    clock,
    log,
  });
}
