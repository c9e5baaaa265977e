import { describe, expect, it } from 'vitest';

import { GroupReports } from '../../../lib/meta/group-reports.provider.ts';
import { GroupHistory } from '../../../lib/meta/history/group-history.ts';
import { configPage } from '../../../lib/meta/pages/config.page.ts';
import type { ReportsSource } from '../../../lib/reports/reports-source.ts';

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
    const reports = new GroupReports(source as ReportsSource);
    const visitor = { name: 'ada', access: 'read' } as const;
    const { data } = await configPage.load({
      reports,
      history: new GroupHistory(),
      visitor,
      worker: undefined,
      query: {},
    });
    expect(data).toEqual({
      group: [options[0], { ...options[1], value: '[redacted]' }],
      workers: [],
    });
  });
});
