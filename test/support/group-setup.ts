import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { GroupOptions } from 'nestjs-buttress/cluster';

const PRIMARY = fileURLToPath(new URL('../fixtures/dist/group.js', import.meta.url));

/** How connections are passed on: the tests of groups run once for each way. */
export const TRANSPORT = process.env['TEST_TRANSPORT'] === 'ipc' ? 'ipc' : 'auto';

export interface GroupSetup {
  /** A module of `test/fixtures`, without its extension. */
  app: string;
  options?: Omit<GroupOptions, 'app'>;
  /** Limit of open descriptors for every process of the group. */
  maxDescriptors?: number;
  /** A module that every process of the group loads first, by its URL. */
  preload?: string;
  /** Variables of the environment, besides those of the tests. */
  env?: Readonly<Record<string, string>>;
  /** A file to which stdout and stderr go; then nothing of them is seen here. */
  outputFile?: string;
  /** The command that starts what it is given, in a cgroup for example. */
  startedBy?: (command: Command) => Command;
  /** Descriptors that the primary inherits, from 3 on. */
  descriptors?: readonly number[];
  /** Where the application listens. @default a free port */
  port?: number;
  /** What stands in the file that `versioned.app` reads when it starts. */
  version?: string;
}

type Command = readonly [string, ...string[]];

/** Starts the primary of a group, and with it a process group: all that it starts ends with that. */
export function spawnPrimary(
  setup: GroupSetup,
  own: Readonly<Record<string, string>>,
): ChildProcess {
  const { outputFile, preload, env, descriptors = [] } = setup;
  const [command, ...args] = commandOf(setup);
  const output = outputFile === undefined ? 'pipe' : openSync(outputFile, 'a');
  const primary = spawn(command, args, {
    detached: true,
    stdio: ['pipe', output, output, ...descriptors],
    env: {
      ...process.env,
      ...env,
      ...own,
      ...(preload === undefined ? {} : { NODE_OPTIONS: `--import=${preload}` }),
    },
  });
  if (typeof output === 'number') closeSync(output);
  return primary;
}

/** The port of the pages that a test chose; 0 where it chose none. */
export function metaPortOf({ options: { meta } = {} }: GroupSetup): number {
  return meta === undefined || meta === false ? 0 : (meta.port ?? 0);
}

function commandOf(setup: GroupSetup): Command {
  const { app, options = {}, maxDescriptors, startedBy } = setup;
  const acceptQueue = { transport: TRANSPORT, ...options.acceptQueue };
  const given = { meta: { port: 0 }, workers: 2, ...options, acceptQueue };
  const node: Command = [process.execPath, PRIMARY, `./${app}.js`, JSON.stringify(given)];
  const limited = maxDescriptors === undefined ? node : withLimit(maxDescriptors, node);
  return startedBy?.(limited) ?? limited;
}

/** The command, in a shell that lowers the limit first. */
function withLimit(maxDescriptors: number, command: Command): Command {
  return ['bash', '-c', `ulimit -n ${maxDescriptors}; exec "$0" "$@"`, ...command];
}
