import { describe, expect, it } from 'vitest';

import type { WorkerSnapshot } from '../../../../lib/cluster/supervision/workers-snapshot.ts';
import { laneTable } from '../../../../lib/meta/pages/overview/lane-table.ts';
import { laneStrip } from '../../../../lib/meta/view/lanes.ts';

/** Kinds of the cells of a strip, in runs: `idle x 3`. */
function runsIn(markup: string): string[] {
  return [...markup.matchAll(/class="cell (\w+)"\s+x="\d+"\s+width="(\d+)"/g)].map(
    ([, kind, width]) => `${kind} x ${Number(width) / 2}`,
  );
}

describe('the lane of an event loop', () => {
  it('shows each second, and those of a boot until its first figures', () => {
    const elu = [0.01, null, null, null, 0.9, 1];
    const lagMs = [1, null, null, null, 1, 900];
    const strip = laneStrip({ slot: 0, elu, lagMs }, { bornAgo: 4 }).markup;
    expect(runsIn(strip)).toEqual([
      'idle x 1',
      'unknown x 1',
      'booting x 2',
      'busy x 1',
      'blocked x 1',
    ]);
  });

  it('spans two seconds a cell in a group with many slots', () => {
    const lane = { elu: Array(300).fill(0.01), lagMs: Array(300).fill(1) };
    const table = (slots: number): string =>
      laneTable(
        Array.from({ length: slots }, (_, slot) => ({ slot, ...lane })),
        [],
      ).markup;
    expect(runsIn(table(1))).toEqual(['idle x 300']);
    expect(new Set(runsIn(table(17)))).toEqual(new Set(['idle x 150']));
  });

  it('opens the blocks of its worker, or of all while it shows those of a predecessor', () => {
    const lane = { slot: 0, elu: Array(300).fill(0.01), lagMs: Array(300).fill(900) };
    const linkAt = (uptimeMs: number): string | undefined => {
      const worker = { slot: 0, id: 7, state: 'READY', uptimeMs } as WorkerSnapshot;
      return /href="([^"]*)"/.exec(laneTable([lane], [worker]).markup)?.[1];
    };
    expect(linkAt(400_000)).toBe('/blocked-loop?worker=7');
    expect(linkAt(60_000)).toBe('/blocked-loop');
  });
});
