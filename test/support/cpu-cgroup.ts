import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './until.ts';

/** Where control groups of version 1 are. */
const ROOT = '/sys/fs/cgroup/cpu';

const PERIOD_US = 100_000;

let made = 0;

/** A control group of a test's own, which gives all processes in it a share of the processors. */
export class CpuCgroup {
  readonly #path: string;

  /** @throws the system's error where this user can not make one */
  constructor(processors: number) {
    this.#path = join(ROOT, `buttress-test-${process.pid}-${++made}`);
    mkdirSync(this.#path);
    writeFileSync(join(this.#path, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(this.#path, 'cpu.cfs_quota_us'), String(processors * PERIOD_US));
  }

  /** The command that does the same inside of it. */
  inside(command: readonly string[]): readonly [string, ...string[]] {
    const script = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
    return ['sh', '-c', script, this.#path, ...command];
  }

  /** Removes it once its processes have ended. */
  async remove(): Promise<void> {
    await until('an empty cgroup', () => {
      rmdirSync(this.#path);
      return true;
    });
  }
}

/** Why none can be made here; undefined: it can. */
export async function whyNoCpuCgroup(): Promise<string | undefined> {
  try {
    await new CpuCgroup(1).remove();
    return undefined;
  } catch (error) {
    return `no control group can be made here: ${String(error)}`;
  }
}
