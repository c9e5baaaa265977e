import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from '../../support/until.ts';

/** Where cgroups of version 1 limit memory. */
const ROOT = '/sys/fs/cgroup/memory';

let made = 0;

/** A cgroup of a test's own, which limits the memory of all processes in it together. */
export class MemoryCgroup {
  readonly #path: string;

  /** @throws the system's error where this user can not make one */
  constructor(limitBytes: number) {
    this.#path = join(ROOT, `buttress-test-${process.pid}-${++made}`);
    mkdirSync(this.#path);
    writeFileSync(join(this.#path, 'memory.limit_in_bytes'), String(limitBytes));
  }

  /** The command that does the same inside of it. */
  inside(command: readonly string[]): readonly [string, ...string[]] {
    const script = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
    return ['sh', '-c', script, this.#path, ...command];
  }

  /** What its processes used at most together, in bytes. */
  get peakBytes(): number {
    return Number(readFileSync(join(this.#path, 'memory.max_usage_in_bytes'), 'utf8'));
  }

  /** How often its limit was in the way. */
  get failures(): number {
    return Number(readFileSync(join(this.#path, 'memory.failcnt'), 'utf8'));
  }

  /** Removes it once its processes have ended. */
  async remove(): Promise<void> {
    await until('an empty cgroup', () => {
      rmdirSync(this.#path);
      return true;
    });
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
