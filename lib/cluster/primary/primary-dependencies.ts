import type { Clock } from '../../common/clock.ts';
import type { ConfigEntry } from '../../common/options/config-values.ts';
import type { Invitations } from '../accepting/invite/invitations.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { ScalingState } from '../scaling/scaling-bounds.ts';
import type { SpawnWorker } from '../supervision/worker-process.ts';
import type { InheritedSockets } from '../takeover/inherited-sockets.ts';
import type { OperatorState } from './operator-state.ts';

export interface PrimaryDependencies {
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
  spawn: SpawnWorker;
  /** Lets workers accept by themselves, if possible; called once, before anything listens. */
  invitations: () => Promise<Invitations | undefined>;
  descriptors: number;
  /** Options of the group with their sources, for the configuration page. */
  config: readonly ConfigEntry[];
  /** Workers that may start at once, until all were READY. */
  startsAtOnce: number;
  /** Private directory of the group that this one takes over from. */
  predecessor: string | undefined;
  /** What operators have changed in the group that this one takes over from. */
  operators: OperatorState | undefined;
  /** Number of workers of the group that this one takes over from. */
  scaling: ScalingState | undefined;
  /** Sockets inherited at the start of this process. */
  inherited: InheritedSockets;
}

/** How to stop the group. */
export interface StopTerms {
  /** Time to keep serving while `/readyz` already says not ready. */
  lameDuckMs: number;
  /** Passed to the applications' shutdown hooks. */
  signal: NodeJS.Signals;
}
