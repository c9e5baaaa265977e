import { existsSync } from 'node:fs';

import { readEnvFiles, staleVariables } from './env-files.ts';
import { ReleaseLinks } from './release-links.ts';

/**
 * What this program was started with, as processes that it starts later should find it: by the links
 * that lead to the release of then, and without the values that files of the environment had once.
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
  /** Arguments of the program, its own file first. */
  readonly programArguments: readonly string[] = process.argv
    .slice(1)
    .map((argument, index) => (index === 0 ? this.#links.path(argument) : argument));

  /** A module by the link that leads to it. */
  url(href: string): string {
    return this.#links.url(href);
  }

  /** Where a process is to be started; undefined: where this one is. */
  get cwd(): string | undefined {
    const hasMoved = (currentDirectory() ?? this.#cwd) !== this.#cwd;
    if (hasMoved || this.#linkedCwd === this.#cwd || !existsSync(this.#linkedCwd)) return undefined;
    return this.#linkedCwd;
  }

  /** What is to be left out of the environment of a process, which reads it anew from its files. */
  get staleVariables(): Record<string, undefined> {
    return staleVariables(this.#fromFiles, process.env);
  }
}

/** Undefined where it was removed. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
