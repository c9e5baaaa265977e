import { afterEach, expect, it, vi } from 'vitest';

import { Audit } from '../../../lib/meta/audit.ts';
import type { GroupReports } from '../../../lib/meta/group-reports.provider.ts';
import { GroupWatch } from '../../../lib/meta/group-watch.ts';
import { GroupHistory } from '../../../lib/meta/history/group-history.ts';
import type { Incidents } from '../../../lib/meta/incidents/incidents.ts';
import type { KeptFiles } from '../../../lib/meta/kept-files.ts';
import { KeptReports } from '../../../lib/meta/kept-reports.ts';
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
    audit: new Audit(() => undefined),
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

afterEach(() => {
  vi.useRealTimers();
});

/** A watch of a group without workers, and how often it looks. */
function startWatch(parts: { workers: () => Promise<object>; write: () => Promise<void> }) {
  const looks = { workers: 0, incidents: 0 };
  const reports = {
    kept: new KeptReports(),
    workers: () => {
      looks.workers++;
      return parts.workers();
    },
    primaryNow: async () => [],
    gather: async () => ({ data: [] }),
  };
  const look = async (): Promise<void> => void looks.incidents++;
  const metrics = { start: () => undefined, latest: async () => ({ all: [], present: new Map() }) };
  const { write } = parts;
  const files = { incidents: { write }, history: { write }, departed: { write }, audit: { write } };
  new GroupWatch({
    source: { onNews: () => undefined } as unknown as ReportsSource,
    reports: reports as unknown as GroupReports,
    history: new GroupHistory(),
    incidents: { look, all: [] } as unknown as Incidents,
    metrics: metrics as unknown as GroupMetrics,
    audit: new Audit(() => undefined),
    files: files as unknown as KeptFiles,
  }).start();
  return looks;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

it('A disk that stands still does not keep the pages from looking at the group.', async () => {
  vi.useFakeTimers();
  const looks = startWatch({ workers: async () => ({ data: [] }), write: never });
  await vi.advanceTimersByTimeAsync(60_500);
  expect(looks).toEqual({ workers: 60, incidents: 12 });
});

it('One look at a group is over before the next one begins.', async () => {
  vi.useFakeTimers();
  const looks = startWatch({ workers: never, write: async () => undefined });
  await vi.advanceTimersByTimeAsync(60_500);
  expect(looks.workers).toBe(1);
});
