import { expect, it } from 'vitest';

import type { GroupReports } from '../../../lib/meta/group-reports.provider.ts';
import { GroupWatch } from '../../../lib/meta/group-watch.ts';
import { GroupHistory } from '../../../lib/meta/history/group-history.ts';
import type { Incidents } from '../../../lib/meta/incidents/incidents.ts';
import type { GroupMetrics } from '../../../lib/meta/metrics/group-metrics.ts';
import type { GroupNewsListener, ReportsSource } from '../../../lib/reports/reports-source.ts';

it('News of a worker that runs another version are ignored: its channel stays.', () => {
  const listeners: GroupNewsListener[] = [];
  const source = { onNews: (one: GroupNewsListener) => listeners.push(one) };
  const history = new GroupHistory();
  void new GroupWatch({
    source: source as unknown as ReportsSource,
    reports: {} as GroupReports,
    history,
    incidents: {} as Incidents,
    metrics: {} as GroupMetrics,
    files: undefined,
  });
  const tell = (value: unknown): void => {
    for (const listener of listeners) listener({ role: 'worker', id: 1 }, 'pulse', value);
  };
  for (const value of [undefined, 7, {}, { slot: 0, point: {} }]) tell(value);
  const at = 1_800_000_001_000;
  const service = { name: 'shop', version: '1.0.0' };
  tell({ slot: 0, service, point: { at, spanMs: 1_000, requests: 5, latency: [] } });
  expect(history.service).toEqual(service);
  expect(history.points(at + 1_000, 1_000)).toMatchObject([{ requests: 5 }]);
});
