import type { Clock } from '../../common/clock.ts';
import type { ConfigEntry } from '../../common/options/config-values.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Transport } from '../protocol/transport.ts';
import type { SpawnWorker } from '../supervision/worker-process.ts';
import type { InheritedSockets } from '../takeover/inherited-sockets.ts';
import type { OperatorState } from './operator-state.ts';

export interface PrimaryDependencies {
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
  spawn: SpawnWorker;
  /** Creates the transport; called once, before anything listens. */
  transport: () => Promise<Transport>;
  descriptors: number;
  /** Options of the group with their sources, for the configuration page. */
  config: readonly ConfigEntry[];
  /** Private directory of the group that this one takes over from. */
  predecessor: string | undefined;
  /** What operators have changed in the group that this one takes over from. */
  operators: OperatorState | undefined;
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
