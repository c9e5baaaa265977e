import { describe, expect, it } from 'vitest';

import {
  metaArguments,
  opensInspector,
  withOtherInspector,
  workerArguments,
} from '../../../../lib/cluster/supervision/worker-arguments.ts';

const PLENTY = 2 ** 50;
const SIZE = '--min-semi-space-size=8';
const WHOLE_HEAP = '--no-detect-ineffective-gcs-near-heap-limit';

describe('workerArguments', () => {
  it('adds ours to those of the primary', () => {
    expect(workerArguments(PLENTY, [], '')).toEqual([SIZE, WHOLE_HEAP]);
    expect(workerArguments(PLENTY, ['--max-old-space-size=512'], '--no-warnings')).toEqual([
      '--max-old-space-size=512',
      SIZE,
      WHOLE_HEAP,
    ]);
  });

  it.each([
    [256, 2],
    [1_024, 8],
    [65_536, 8],
  ])('R1 Gives a worker that may use %i MiB a young generation of %i', (shareMib, semiMib) => {
    const size = `--min-semi-space-size=${semiMib}`;
    expect(workerArguments(shareMib * 2 ** 20, [], '')).toContain(size);
  });

  it('R1 Leaves the least size to V8 where memory is small', () => {
    expect(workerArguments(128 * 2 ** 20, [], '').join(' ')).not.toContain('--min-semi');
  });

  it('R1 Lets the young generation grow to a fixed part of what a worker may use', () => {
    for (let mib = 64; mib < 2_048; mib *= 2) {
      const text = workerArguments(mib * 2 ** 20, [], '').join(' ');
      const most = Number(/--max-semi-space-size=(\d+)/.exec(text)?.[1] ?? 64);
      const least = Number(/--min-semi-space-size=(\d+)/.exec(text)?.[1] ?? 1);
      expect(least).toBeLessThanOrEqual(most);
      // Three semi-spaces, and the default limit of recycling is 80 %.
      expect(3 * most).toBeLessThan(0.15 * mib);
    }
  });

  it.each([
    [['--max-semi-space-size=4'], ''],
    [['--min_semi_space_size=2'], ''],
    [['--max-semi-space-size', '4'], ''],
    [[], '--no-warnings --max-semi-space-size=4'],
  ])('sets no size with %j and NODE_OPTIONS=%j', (own, nodeOptions) => {
    expect(workerArguments(PLENTY, own, nodeOptions)).toEqual([...own, WHOLE_HEAP]);
  });

  it('leaves alone what was decided about collections that free little', () => {
    const own = ['--detect_ineffective_gcs_near_heap_limit'];
    expect(workerArguments(PLENTY, own, '')).toEqual([...own, SIZE]);
  });
});

describe('Arguments of the meta process', () => {
  it('keep its heap small, unless the command line says otherwise', () => {
    expect(metaArguments([], '')).toEqual(['--heap-growing-percent=50', '--max-semi-space-size=8']);
    const own = ['--heap-growing-percent=80', '--max-semi-space-size=4'];
    expect(metaArguments(own, '').slice(-2)).toEqual(own);
  });
});

describe('Inspectors of the processes of a group', () => {
  it.each([
    [['--inspect'], ''],
    [['--inspect=127.0.0.1:9229'], ''],
    [['--inspect_brk'], ''],
    [['--inspect-wait'], ''],
    [[], '--no-warnings --inspect'],
  ])('R28 are open with %j and NODE_OPTIONS=%j', (own, nodeOptions) => {
    expect(opensInspector(own, nodeOptions)).toBe(true);
  });

  it('R28 are not open with a port alone', () => {
    expect(opensInspector(['--inspect-port=9300'], '--no-warnings')).toBe(false);
    expect(metaArguments(['--inspect-port=9300'], '')).not.toContain('--no-inspect');
  });

  it('R28 are never two on one port', () => {
    expect(metaArguments(['--inspect'], '')).toContain('--no-inspect');
    expect(withOtherInspector(['--inspect']).at(-1)).toBe('--inspect-port=0');
  });
});
