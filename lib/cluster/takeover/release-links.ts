import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A symbolic link and its target when this process started. */
interface Way {
  link: string;
  target: string;
}

export interface LinkedStart {
  /** Program file as given to Node: `process.argv[1]`. */
  script: string | undefined;
  /** Working directory: always a real path. */
  cwd: string;
  /** Working directory as the shell names it: `PWD`. */
  shellCwd: string | undefined;
}

/** Suffixes that Node tries for a script without an extension. */
const ENDINGS = ['', '.js', '.cjs', '.mjs', `${sep}index.js`];

/**
 * Symbolic links through which this program was started, such as `/srv/current` to a release.
 * Node resolves modules to real paths, which stay with that release; through the link, a process
 * started later finds the next one.
 */
export class ReleaseLinks {
  readonly #ways: readonly Way[];

  constructor({ script, cwd, shellCwd }: LinkedStart) {
    const ofScript = script === undefined ? undefined : wayOf(script);
    const ofShell = shellCwd === undefined || realPath(shellCwd) !== cwd ? undefined : shellCwd;
    this.#ways = [ofScript, ofShell === undefined ? undefined : wayOf(ofShell)].filter(
      (way) => way !== undefined,
    );
  }

  /** Rewrites a path to go through a link; returns it unchanged if no link leads there. */
  path(path: string): string {
    for (const { link, target } of this.#ways) {
      if (path !== target && !path.startsWith(`${target}${sep}`)) continue;
      const linked = `${link}${path.slice(target.length)}`;
      if (realPath(linked) === path) return linked;
    }
    return path;
  }

  /** Rewrites a module URL likewise. */
  url(href: string): string {
    if (!href.startsWith('file:')) return href;
    const path = fileURLToPath(href);
    const linked = this.path(path);
    return linked === path ? href : pathToFileURL(linked).href;
  }
}

/** Finds the link in a path. */
function wayOf(path: string): Way | undefined {
  for (const ending of ENDINGS) {
    const link = `${path}${ending}`;
    const target = realPath(link);
    if (target !== undefined) return differing(link, target);
  }
  return undefined;
}

/** Strips the common suffix of both paths: what remains is the link and its target. */
function differing(path: string, realpath: string): Way | undefined {
  if (path === realpath) return undefined;
  const [linked, real] = [path.split(sep), realpath.split(sep)];
  while (linked.length > 2 && real.length > 2 && linked.at(-1) === real.at(-1)) {
    linked.pop();
    real.pop();
  }
  return { link: linked.join(sep), target: real.join(sep) };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
