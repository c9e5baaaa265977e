import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './until.ts';

/** Where one version of cgroups has what a test asks. */
interface Files {
  root: string;
  limit: string;
  peak: string;
  /** How often the limit was in the way. */
  failures: { file: string; line?: RegExp };
  /** Memory of processes themselves, without pages of files. */
  anonymous: RegExp;
  kills: { file: string; line: RegExp };
}

const V1: Files = {
  root: '/sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  failures: { file: 'memory.failcnt' },
  anonymous: /^total_rss (\d+)$/m,
  kills: { file: 'memory.oom_control', line: /^oom_kill (\d+)$/m },
};

const V2: Files = {
  root: '/sys/fs/cgroup',
  limit: 'memory.max',
  peak: 'memory.peak',
  failures: { file: 'memory.events', line: /^max (\d+)$/m },
  anonymous: /^anon (\d+)$/m,
  kills: { file: 'memory.events', line: /^oom_kill (\d+)$/m },
};

let made = 0;

/** A cgroup of a test's own, which limits the memory of all processes in it together. */
export class MemoryCgroup {
  readonly #files: Files;
  readonly #path: string;

  /** @throws the system's error where this user can not make one */
  constructor(limitBytes: number) {
    this.#files = existsSync(V1.root) ? V1 : V2;
    this.#path = join(this.#files.root, `buttress-test-${process.pid}-${++made}`);
    mkdirSync(this.#path);
    writeFileSync(join(this.#path, this.#files.limit), String(limitBytes));
  }

  /** The command that does the same inside of it. */
  inside(command: readonly string[]): readonly [string, ...string[]] {
    const script = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
    return ['sh', '-c', script, this.#path, ...command];
  }

  /** What its processes used at most together, in bytes. */
  get peakBytes(): number {
    return this.#read(this.#files.peak);
  }

  /** What its processes use now, in bytes, without pages of files, which the kernel can drop. */
  get anonymousBytes(): number {
    return this.#read('memory.stat', this.#files.anonymous);
  }

  /** How often its limit was in the way. */
  get failures(): number {
    const { file, line } = this.#files.failures;
    return this.#read(file, line);
  }

  /** Processes that the kernel killed for it. */
  get kills(): number {
    const { file, line } = this.#files.kills;
    return this.#read(file, line);
  }

  /** Removes it once its processes have ended. */
  async remove(): Promise<void> {
    await until('an empty cgroup', () => {
      rmdirSync(this.#path);
      return true;
    });
  }

  #read(file: string, line = /^(\d+)/): number {
    const [, figure] = line.exec(readFileSync(join(this.#path, file), 'utf8')) ?? [];
    return Number(figure);
  }
}

/** Why no cgroup can be made here; undefined: it can. */
export async function whyNoCgroup(): Promise<string | undefined> {
  try {
    await new MemoryCgroup(1 << 30).remove();
    return undefined;
  } catch (error) {
    return `no memory cgroup can be made here: ${String(error)}`;
  }
}
