import { describe, expect, it } from 'vitest';

import { metricsPage } from '../../../lib/stats/prometheus-page.ts';

describe('The page of metrics', () => {
  it('is valid where no process has reported: empty, or the end alone', async () => {
    expect((await metricsPage([], undefined)).body).toBe('');
    const { body } = await metricsPage([], 'application/openmetrics-text');
    expect(body).toBe('# EOF\n');
  });
});
