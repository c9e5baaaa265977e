import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const OPTION = /^--env-file(?:-if-exists)?(?:=(.*))?$/s;

/**
 * The variables that Node has read from the files of `--env-file` when this process started. What the
 * environment had already is not among them: it counts more than a file.
 *
 * @param inherited names in the environment that the process was started with
 */
export function readEnvFiles(
  execArgv: readonly string[],
  env: NodeJS.ProcessEnv,
  inherited: ReadonlySet<string> = inheritedNames(),
): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const file of filesIn(execArgv)) {
    for (const [name, value] of Object.entries(parsed(file))) {
      if (value !== undefined && !inherited.has(name)) read.set(name, value);
    }
  }
  for (const [name, value] of read) if (env[name] !== value) read.delete(name);
  return read;
}

/** Those that are still as they were read: a process that is started now reads them anew. */
export function staleVariables(
  read: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv,
): Record<string, undefined> {
  const stale = [...read].filter(([name, value]) => env[name] === value);
  return Object.fromEntries(stale.map(([name]) => [name, undefined]));
}

function filesIn(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((argument, index) => {
    const match = OPTION.exec(argument);
    return match === null ? [] : (match[1] ?? execArgv[index + 1] ?? []);
  });
}

function parsed(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    // `--env-file-if-exists`, or it was removed just now.
    return {};
  }
}

/** On Linux alone; elsewhere a variable that both have with the same value counts as the file's. */
function inheritedNames(): ReadonlySet<string> {
  try {
    const entries = readFileSync('/proc/self/environ', 'utf8').split('\0');
    return new Set(entries.map((entry) => entry.slice(0, Math.max(0, entry.indexOf('=')))));
  } catch {
    return new Set();
  }
}
