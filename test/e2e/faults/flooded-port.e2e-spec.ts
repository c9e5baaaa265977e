import { describe, expect, it } from 'vitest';

import { flood, report, steadily, tally } from '../../support/load.ts';
import { get, outcome } from '../../support/raw-connection.ts';
import { startGroup } from '../../support/test-group.ts';

const FLOOD = { total: 6_000, atOnce: 600 };

describe('A flood of connections to one address of a group', () => {
  it('R14 leaves its other addresses served.', async () => {
    const group = await startGroup({ app: 'two-addresses.app' });
    const askInternal = async (): Promise<unknown> => {
      const url = `http://127.0.0.2:${group.port}/`;
      const signal = AbortSignal.timeout(10_000);
      const answer = await fetch(url, { signal, headers: { connection: 'close' } });
      return ((await answer.json()) as { name: string }).name;
    };
    const over = new AbortController();
    const flooding = flood(FLOOD, () => get(group.port, '/')).finally(() => over.abort());
    const internal: unknown[] = [];
    while (!over.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- for as long as the flood lasts
      internal.push(...(await steadily({ everyMs: 20, forMs: 200 }, askInternal)));
    }
    const flooded = tally((await flooding).map(outcome));
    report('R14', { ...Object.fromEntries(flooded), 'asked beside it': internal.length });
    expect(tally(internal)).toEqual(new Map([['internal', internal.length]]));
    expect((flooded.get(200) ?? 0) + (flooded.get(503) ?? 0)).toBe(FLOOD.total);
  });
});
