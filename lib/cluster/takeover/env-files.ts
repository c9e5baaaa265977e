import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const OPTION = /^--env-file(?:-if-exists)?(?:=(.*))?$/s;

/**
 * Variables that Node read from `--env-file` files at the start of this process, without those that
 * the environment already had: it takes precedence.
 *
 * @param inherited names in the environment in which the process was started
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

/** Variables that still have the value from the file: a new process must read them anew. */
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
    // Missing with `--env-file-if-exists`, or just removed.
    return {};
  }
}

/** Empty outside Linux: there, a variable with the same value in both counts as the file's. */
function inheritedNames(): ReadonlySet<string> {
  try {
    const entries = readFileSync('/proc/self/environ', 'utf8').split('\0');
    return new Set(entries.map((entry) => entry.slice(0, Math.max(0, entry.indexOf('=')))));
  } catch {
    return new Set();
  }
}
