import {
  MAX_PAGES_CONNECTIONS,
  type ResolvedSecondaryListener,
} from '../../common/secondary-listener.options.ts';
import type { ResolvedBlockedLoopOptions, ResolvedGroupOptions } from '../group.options.ts';
import type { TransportKind } from './transport.ts';

/** What the primary tells a worker before it starts, as plain data in its environment. */
export interface WorkerBoot {
  id: number;
  slot: number;
  /** How many of them the group should have. */
  workers: number;
  role: 'app' | 'meta';
  /** URL of the module whose default export creates the application. */
  app: string;
  /** The process id of the primary. */
  primary: number;
  maxConnections: number;
  transport: TransportKind;
  /** A directory of the group's own. */
  directory?: string;
  reportsPath?: string;
  /** Stacks of blocked event loops; absent: none. */
  blockedLoop?: ResolvedBlockedLoopOptions;
  /** The listener that the meta process serves. */
  listener?: ResolvedSecondaryListener;
}

const META_APP = new URL('../../meta/meta.app.js', import.meta.url).href;

/** What a worker is told. */
export function bootOf(
  { id, slot, role }: Pick<WorkerBoot, 'id' | 'slot' | 'role'>,
  options: ResolvedGroupOptions,
  {
    directory,
    reportsPath,
    transport,
  }: {
    directory: string | undefined;
    reportsPath: string | undefined;
    transport: TransportKind;
  },
): WorkerBoot {
  const { app, workers, blockedLoop, meta } = options;
  return {
    id,
    slot,
    role,
    app: role === 'app' ? app : META_APP,
    primary: process.pid,
    workers,
    maxConnections: maxConnectionsOf(role, options),
    transport,
    ...(blockedLoop === undefined || role === 'meta' ? {} : { blockedLoop }),
    ...(directory === undefined ? {} : { directory }),
    ...(reportsPath === undefined ? {} : { reportsPath }),
    ...(meta === undefined ? {} : { listener: meta }),
  };
}

/** How many connections a process may have. */
export function maxConnectionsOf(
  role: WorkerBoot['role'],
  { maxConnectionsPerWorker: most }: Pick<ResolvedGroupOptions, 'maxConnectionsPerWorker'>,
): number {
  return role === 'app' ? most : Math.min(most, MAX_PAGES_CONNECTIONS);
}

const VARIABLE = 'BUTTRESS_WORKER';

/** The environment that carries `boot`. */
export function bootEnvironment(boot: WorkerBoot): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(boot) };
}

/** Takes the boot data out of the environment, so that children of the worker don't inherit it. */
export function takeBoot(env: NodeJS.ProcessEnv): WorkerBoot {
  const text = env[VARIABLE];
  delete env[VARIABLE];
  if (text === undefined) throw new Error('A worker entry is started by a Group only');
  return JSON.parse(text) as WorkerBoot;
}
