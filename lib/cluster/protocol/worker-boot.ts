import {
  MAX_PAGES_CONNECTIONS,
  type ResolvedSecondaryListener,
} from '../../common/secondary-listener.options.ts';
import type { SettingOverride } from '../../reports/overrides.ts';
import type { ResolvedBlockedLoopOptions, ResolvedGroupOptions } from '../group.options.ts';
import type { TransportKind } from './transport.ts';

/** Settings that the primary passes to a worker in its environment. */
export interface WorkerBoot {
  id: number;
  slot: number;
  /** Configured number of workers. */
  workers: number;
  role: 'app' | 'meta';
  /** URL of the module whose default export is the bootstrap. */
  app: string;
  /** Process id of the primary. */
  primary: number;
  maxConnections: number;
  transport: TransportKind;
  /** The group's private directory. */
  directory?: string;
  reportsPath?: string;
  /** Private directory of the group that this one takes over from; of the meta process only. */
  predecessor?: string;
  /** Settings that operators have changed; absent: none. */
  settings?: readonly SettingOverride[];
  /** When to take stacks of a blocked loop; absent: never. */
  blockedLoop?: ResolvedBlockedLoopOptions;
  /** Whether the meta process serves metrics on a listener of their own; it is the second one. */
  hasMetricsListener?: boolean;
  /** Listener of the meta process. */
  listener?: ResolvedSecondaryListener;
}

const META_APP = new URL('../../meta/meta.app.js', import.meta.url).href;

/** Creates a worker's boot settings. */
export function bootOf(
  { id, slot, role }: Pick<WorkerBoot, 'id' | 'slot' | 'role'>,
  options: ResolvedGroupOptions,
  {
    directory,
    reportsPath,
    transport,
    predecessor,
    settings,
  }: {
    directory: string | undefined;
    reportsPath: string | undefined;
    transport: TransportKind;
    predecessor: string | undefined;
    settings: readonly SettingOverride[];
  },
): WorkerBoot {
  const { app, workers } = options;
  return {
    id,
    slot,
    role,
    app: role === 'app' ? app : META_APP,
    primary: process.pid,
    workers,
    maxConnections: maxConnectionsOf(role, options),
    transport,
    ...(directory === undefined ? {} : { directory }),
    ...(reportsPath === undefined ? {} : { reportsPath }),
    ...(role === 'app' ? appParts(options, settings) : metaParts(options, predecessor)),
  };
}

function appParts(
  { blockedLoop }: ResolvedGroupOptions,
  settings: readonly SettingOverride[],
): Partial<WorkerBoot> {
  return {
    ...(blockedLoop === undefined ? {} : { blockedLoop }),
    ...(settings.length === 0 ? {} : { settings }),
  };
}

function metaParts(
  { meta, metrics }: ResolvedGroupOptions,
  predecessor: string | undefined,
): Partial<WorkerBoot> {
  return {
    ...(meta === undefined ? {} : { listener: meta }),
    ...(metrics === undefined ? {} : { hasMetricsListener: true }),
    ...(predecessor === undefined ? {} : { predecessor }),
  };
}

/** Maximum connections of a process. */
export function maxConnectionsOf(
  role: WorkerBoot['role'],
  { maxConnectionsPerWorker: most }: Pick<ResolvedGroupOptions, 'maxConnectionsPerWorker'>,
): number {
  return role === 'app' ? most : Math.min(most, MAX_PAGES_CONNECTIONS);
}

const VARIABLE = 'BUTTRESS_WORKER';

/** Environment variables that carry `boot`. */
export function bootEnvironment(boot: WorkerBoot): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(boot) };
}

/** Reads the settings and removes them from the environment, so that children don't inherit. */
export function takeBoot(env: NodeJS.ProcessEnv): WorkerBoot {
  const text = env[VARIABLE];
  delete env[VARIABLE];
  if (text === undefined) throw new Error('A worker entry is started by a Group only');
  return JSON.parse(text) as WorkerBoot;
}
