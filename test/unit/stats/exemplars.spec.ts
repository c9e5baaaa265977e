import { describe, expect, it } from 'vitest';

import { Duration } from '../../../lib/stats/duration.ts';
import { Exemplars } from '../../../lib/stats/exemplars.ts';
import { mergeStats } from '../../../lib/stats/merge.ts';
import { metricsPage } from '../../../lib/stats/prometheus-page.ts';
import { Stats } from '../../../lib/stats/stats.ts';

const OPEN_METRICS = 'application/openmetrics-text';

describe('Exemplars', () => {
  it('keep the latest of each magnitude, however many come.', () => {
    const exemplars = new Exemplars();
    for (let at = 0; at < 1_000; at++) exemplars.add({ value: 3, traceId: `fast ${at}`, at });
    exemplars.add({ value: 900, traceId: 'slow', at: 1 });
    exemplars.add({ value: 950, traceId: 'older', at: 0 });
    expect(exemplars.data()).toEqual([
      { value: 3, traceId: 'fast 999', at: 999 },
      { value: 900, traceId: 'slow', at: 1 },
    ]);
  });

  it('stand at their bucket in OpenMetrics, and nowhere in the older format.', async () => {
    const stats = new Stats();
    const times = stats.duration('work', { buckets: [0.1, 1] });
    times.record(300);
    times.exemplify(300, 'abc');
    const reports = [{ epoch: '', stats: stats.snapshot('totals'), application: [] }];
    const { body } = await metricsPage(reports, OPEN_METRICS);
    expect(body).toMatch(/^work_seconds_bucket\{le="1"\} 1 # \{trace_id="abc"\} 0\.3 \d+\.?\d*$/m);
    expect(body.match(/trace_id/g)).toHaveLength(1);
    expect((await metricsPage(reports, undefined)).body).not.toContain('trace_id');
  });

  it('are merged over processes, and forgotten at a reset.', () => {
    const all = ['a', 'b'].map((traceId) => {
      const stats = new Stats();
      const times = stats.duration('work');
      times.record(5);
      times.exemplify(5, traceId);
      return stats.snapshot();
    });
    const [merged] = mergeStats(all);
    expect(merged?.series[0]?.data).toMatchObject({ exemplars: [{ value: 5, traceId: 'b' }] });
    const times = new Duration();
    times.exemplify(5, 'a');
    times.reset();
    expect(times.snapshot().exemplars).toBeUndefined();
  });
});
