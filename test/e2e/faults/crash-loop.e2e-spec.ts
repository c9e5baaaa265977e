import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const SPAN_MS = 8_000;

describe('A worker whose place is poisoned', () => {
  it('F21 dies of every request, fails those alone, and comes back less and less often', async () => {
    const group = await startGroup({ app: 'poisoned-slot.app', options: { workers: 4 } });
    const { sent, failed } = await askFor(group, SPAN_MS);

    // One request at a time: each crash takes exactly the one that caused it.
    const crashes = await until('every end in the log', () => {
      const ended = group.log.filter(({ msg }) => msg === 'worker ended').length;
      return ended >= failed && ended;
    });
    const workers = await group.workers();
    report('F21', { sent, failed, crashes });
    expect(failed).toBe(crashes);
    expect(workers.filter(({ restarts }) => restarts > 0).map(({ slot }) => slot)).toEqual([1]);
    // A start takes half a second, so without growing waits there would be some 16.
    expect(crashes).toBeGreaterThanOrEqual(2);
    expect(crashes).toBeLessThanOrEqual(10);
  });
});

/** One request after another; how many there were and how many got no 200. */
async function askFor(group: TestGroup, ms: number): Promise<{ sent: number; failed: number }> {
  const endsAt = performance.now() + ms;
  let [sent, failed] = [0, 0];
  while (performance.now() < endsAt) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is the point
    const { status } = await group.get('/lab/sleep?ms=5');
    sent++;
    if (status !== 200) failed++;
  }
  return { sent, failed };
}
