import type { Clock } from '../../common/clock.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Transport } from '../protocol/transport.ts';
import type { SpawnWorker } from '../supervision/worker-process.ts';
import type { InheritedSockets } from '../takeover/inherited-sockets.ts';

export interface PrimaryDependencies {
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
  spawn: SpawnWorker;
  /** How connections are passed on; asked for once, before anything listens. */
  transport: () => Promise<Transport>;
  descriptors: number;
  /** Sockets that were open when this process started. */
  inherited: InheritedSockets;
}

/** How the group ends. */
export interface StopTerms {
  /** How long it goes on serving while it says that it is not ready, in milliseconds. */
  lameDuckMs: number;
  /** Passed to the shutdown hooks of applications. */
  signal: NodeJS.Signals;
}
