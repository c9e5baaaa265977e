import { ownFile } from '../../common/files/own-file.ts';
import {
  MAX_PAGES_CONNECTIONS,
  type ResolvedSecondaryListener,
} from '../../common/http/secondary-listener.options.ts';
import type { SettingOverride } from '../../reports/overrides.ts';
import type { ResolvedBlockedLoopOptions, ResolvedGroupOptions } from '../group.options.ts';
import { mostWorkers } from '../workers.options.ts';

/** Settings that the primary passes to a worker in its environment. */
export interface WorkerBoot {
  id: number;
  slot: number;
  /** Most workers of the group; each gets an equal share of memory and processors. */
  workers: number;
  role: 'app' | 'meta';
  /** URL of the module whose default export is the bootstrap. */
  app: string;
  /** Whether the group starts: no other worker serves meanwhile. */
  isFirst?: boolean;
  /** Process id of the primary. */
  primary: number;
  maxConnections: number;
  /** Its line on the board of invitations; absent: all its connections are passed to it. */
  line?: number;
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
  /** Whether arguments of ours size the young generation: that of the main thread alone. */
  isMainThreadSized?: boolean;
  /** Listener of the meta process. */
  listener?: ResolvedSecondaryListener;
}

const META_APP = ownFile('meta/meta.app.js').href;

/** Creates a worker's boot settings. */
export function bootOf(
  { id, slot, role }: Pick<WorkerBoot, 'id' | 'slot' | 'role'>,
  options: ResolvedGroupOptions,
  {
    directory,
    reportsPath,
    line,
    predecessor,
    isFirst,
    settings,
  }: {
    directory: string | undefined;
    reportsPath: string | undefined;
    line: number | undefined;
    predecessor: string | undefined;
    isFirst: boolean;
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
    workers: mostWorkers(workers),
    maxConnections: maxConnectionsOf(role, options),
    ...(line === undefined ? {} : { line }),
    ...(directory === undefined ? {} : { directory }),
    ...(reportsPath === undefined ? {} : { reportsPath }),
    ...(role === 'app'
      ? appParts(options, { isFirst, settings })
      : metaParts(options, predecessor)),
  };
}

function appParts(
  { blockedLoop }: ResolvedGroupOptions,
  { isFirst, settings }: { isFirst: boolean; settings: readonly SettingOverride[] },
): Partial<WorkerBoot> {
  return {
    ...(isFirst ? { isFirst } : {}),
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
