import { existsSync } from 'node:fs';

import { readEnvFiles, staleVariables } from './env-files.ts';
import { ReleaseLinks } from './release-links.ts';

/**
 * Start parameters of this program for processes started later: paths go through the symbolic
 * links that may since lead to a new release; values from env files are left out, to be reread.
 */
export class StartedWith {
  readonly #cwd = currentDirectory() ?? '';
  readonly #links = new ReleaseLinks({
    script: process.argv[1],
    cwd: this.#cwd,
    shellCwd: process.env['PWD'],
  });
  readonly #linkedCwd = this.#links.path(this.#cwd);
  readonly #fromFiles = readEnvFiles(process.execArgv, process.env);
  /** Program file and arguments. */
  readonly programArguments: readonly string[] = process.argv
    .slice(1)
    .map((argument, index) => (index === 0 ? this.#links.path(argument) : argument));

  /** Rewrites a module URL to go through a symbolic link. */
  url(href: string): string {
    return this.#links.url(href);
  }

  /** Working directory for a new process; undefined: the current one. */
  get cwd(): string | undefined {
    const hasMoved = (currentDirectory() ?? this.#cwd) !== this.#cwd;
    if (hasMoved || this.#linkedCwd === this.#cwd || !existsSync(this.#linkedCwd)) return undefined;
    return this.#linkedCwd;
  }

  /** Variables to unset for a new process, which rereads them from its env files. */
  get staleVariables(): Record<string, undefined> {
    return staleVariables(this.#fromFiles, process.env);
  }
}

/** Undefined if it was removed. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
