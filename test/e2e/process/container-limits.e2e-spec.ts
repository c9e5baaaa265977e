import { describe, expect, it, onTestFinished } from 'vitest';

import { CpuCgroup, whyNoCpuCgroup } from '../../support/cpu-cgroup.ts';
import { MemoryCgroup, whyNoCgroup } from '../../support/memory-cgroup.ts';
import { startGroup, type LogRecord, type TestGroup } from '../../support/test-group.ts';

const MIB = 1 << 20;
const WARN = 40;

describe('The first line of a group in a container', { timeout: 120_000 }, () => {
  it('R1 names its limits, the number of workers that they hold, and what decided it.', async ({
    skip,
  }) => {
    const why = await whyNoCgroup();
    skip(why !== undefined, why);
    const memory = new MemoryCgroup(300 * MIB);
    onTestFinished(() => memory.remove());
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 'auto' },
      startedBy: (command) => memory.inside(command),
    });
    expect(firstLine(group)).toMatchObject({
      workers: 1,
      workersBy: 'memory',
      memoryBytes: 300 * MIB,
      memoryBy: 'container',
      maxRssBytes: 240 * MIB,
    });
    expect(group.log.filter(({ level }) => level === WARN)).toEqual([]);
    const { status } = await group.get('/lab/who');
    expect(status).toBe(200);
  });

  it('R1 is followed by a warning when the CPU quota serves fewer workers than configured.', async ({
    skip,
  }) => {
    const why = await whyNoCpuCgroup();
    skip(why !== undefined, why);
    const cpu = new CpuCgroup(1);
    onTestFinished(() => cpu.remove());
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 3 },
      startedBy: (command) => cpu.inside(command),
    });
    expect(firstLine(group)).toMatchObject({
      workers: 3,
      workersBy: 'option',
      processors: 1,
      cpuQuota: 1,
    });
    expect(group.log).toContainEqual(
      expect.objectContaining({
        level: WARN,
        msg: expect.stringMatching(/^3 workers share a CPU quota of 1: /) as string,
      }),
    );
  });
});

function firstLine(group: TestGroup): LogRecord | undefined {
  return group.log.find(({ msg }) => msg.startsWith('starting '));
}
