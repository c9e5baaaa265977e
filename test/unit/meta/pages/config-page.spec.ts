import { describe, expect, it } from 'vitest';

import { configPage } from '../../../../lib/meta/pages/config.page.ts';
import type { ReportsSource } from '../../../../lib/reports/reports-source.ts';
import { questionTo } from '../question-to.ts';

describe('the page of the configuration', () => {
  it('hides secrets of the Group by their names', async () => {
    const options = [
      { name: 'workers', value: 2, source: 'code' },
      { name: 'probes.accessToken', value: 'hunter2', source: 'code' },
    ];
    const source: Partial<ReportsSource> = {
      primary: async (name) => (name === 'options' ? options : []),
      workers: async () => ({ answers: [], without: [], missing: [], errors: [] }),
    };
    const { data } = await configPage.load(questionTo(source));
    expect(data).toEqual({
      group: [options[0], { ...options[1], value: '[redacted]' }],
      workers: [],
    });
  });
});
