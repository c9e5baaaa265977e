import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A link, and where it led when this process started. */
interface Way {
  link: string;
  target: string;
}

export interface LinkedStart {
  /** The file that Node was told to run, as it was told: `process.argv[1]`. */
  script: string | undefined;
  /** The working directory, which is a real path always. */
  cwd: string;
  /** The working directory as the shell knows it: `PWD`. */
  shellCwd: string | undefined;
}

/** Endings that Node tries for a script without an extension. */
const ENDINGS = ['', '.js', '.cjs', '.mjs', `${sep}index.js`];

/**
 * The links by which this program was started, as `/srv/current` which leads to the release of the
 * day. Node gives modules their real paths, which stay with that release; by the link a process that
 * is started later finds the next one.
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

  /** The same file or directory by a link; as it was given where no link leads there. */
  path(path: string): string {
    for (const { link, target } of this.#ways) {
      if (path !== target && !path.startsWith(`${target}${sep}`)) continue;
      const linked = `${link}${path.slice(target.length)}`;
      if (realPath(linked) === path) return linked;
    }
    return path;
  }

  /** The same module by a link. */
  url(href: string): string {
    if (!href.startsWith('file:')) return href;
    const path = fileURLToPath(href);
    const linked = this.path(path);
    return linked === path ? href : pathToFileURL(linked).href;
  }
}

/** Without what both have in common at their ends: there the link is. */
function wayOf(path: string): Way | undefined {
  for (const ending of ENDINGS) {
    const link = `${path}${ending}`;
    const target = realPath(link);
    if (target !== undefined) return differing(link, target);
  }
  return undefined;
}

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
