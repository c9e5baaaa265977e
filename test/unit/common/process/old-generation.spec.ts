import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { oldGenerationLimit } from '../../../../lib/common/process/old-generation.ts';

const MIB = 1 << 20;

const OF_NODE_22 = '12.4.254.21-node.57';
const OF_NODE_24 = '13.6.233.17-node.50';
const OF_NODE_26 = '14.6.202.34-node.34';

function limitMib(v8: string, mib: number, ...flags: string[]): number {
  return Math.round(oldGenerationLimit({ limitBytes: mib * MIB, v8, flags }) / MIB);
}

describe('oldGenerationLimit', () => {
  it.each([
    // Measured in memory cgroups of 1, 2 and 4 GiB, and on large machines.
    [OF_NODE_22, 524, 512],
    [OF_NODE_22, 1_048, 1_024],
    [OF_NODE_22, 2_096, 2_048],
    [OF_NODE_22, 4_144, 4_096],
    [OF_NODE_24, 560, 512],
    [OF_NODE_24, 1_120, 1_024],
    [OF_NODE_24, 2_240, 2_048],
    [OF_NODE_24, 4_288, 4_096],
    [OF_NODE_26, 536, 512],
    [OF_NODE_26, 1_072, 1_024],
    [OF_NODE_26, 2_144, 2_048],
  ])('takes the young generation off, V8 %s, %d MiB', (v8, whole, old) => {
    expect(limitMib(v8, whole)).toBe(old);
  });

  it('is what a flag says, the last one, in either spelling', () => {
    expect(limitMib(OF_NODE_24, 288, '--max-old-space-size=96')).toBe(96);
    const both = ['--max-old-space-size=96', '--max_old_space_size=256'];
    expect(limitMib(OF_NODE_24, 448, ...both)).toBe(256);
    expect(limitMib(OF_NODE_22, 4_120, '--max-semi-space-size=8')).toBe(4_096);
    expect(limitMib(OF_NODE_24, 1_216, '--max-old-space-size-percentage=25')).toBe(1_024);
  });

  it('is never less than half of the heap', () => {
    expect(limitMib(OF_NODE_24, 200, '--max-semi-space-size=64')).toBe(100);
  });

  it('is right for this Node', () => {
    const script = 'console.log(require("node:v8").getHeapStatistics().heap_size_limit)';
    const limitBytes = Number(
      execFileSync(process.execPath, ['--max-old-space-size=1024', '-e', script]).toString(),
    );
    // Without the flag the young generation is as large, where the machine has enough memory.
    const { v8 } = process.versions;
    const flags = ['--max-old-space-size-percentage=50'];
    expect(oldGenerationLimit({ limitBytes, v8, flags })).toBe(1_024 * MIB);
  });
});
