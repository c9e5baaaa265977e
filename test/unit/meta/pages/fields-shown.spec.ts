import { describe, expect, it } from 'vitest';

import { runningProcess } from '../../../../lib/common/process/running-process.ts';
import { ALL_PAGES } from '../../../../lib/meta/pages/all-pages.ts';
import { workersPage } from '../../../../lib/meta/pages/workers.page.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import { type ColumnsOf, columnsOf } from '../../../../lib/meta/view/table.ts';
import type { PrimaryReports, WorkerReports } from '../../../../lib/reports/report-types.ts';
import type { Gathered, ReportsSource } from '../../../../lib/reports/reports-source.ts';
import { questionTo } from '../question-to.ts';

type Row = PrimaryReports['workers'][number];

const EXIT = {
  pid: 1,
  cause: 'signal',
  code: null,
  signal: 'SIGKILL',
  uptimeMs: 1,
  at: '2026-11-25T10:00:00.000Z',
} as const;

/** Each field of a row with a value of its own, and the text that shows it. */
const FIELDS: { readonly [K in keyof Row]: readonly [value: Row[K], text: string] } = {
  part: ['successor', '>successor<'],
  id: [41, '>41<'],
  slot: [42, '>42<'],
  pid: [43, '>43<'],
  state: ['BOOTING', '>BOOTING<'],
  uptimeMs: [44_000, '>44 s<'],
  silentMs: [57_000, 'blocked for 57 s<'],
  rssBytes: [45 * 1024, '>45 KiB<'],
  privateBytes: [46 * 1024, '>46 KiB<'],
  heapUsedBytes: [47 * 1024, '>47 KiB<'],
  elu: [0.48, '48 %'],
  loopDelayP99Ms: [49, '>49 ms before<'],
  connections: [50, '>50<'],
  inFlight: [51, '>51<'],
  handed: [52, '>52<'],
  requests: [53, '>53<'],
  livenessFailure: ['cache is full', '>cache is full<'],
  out: [
    { by: 'ada', reason: 'leak', since: EXIT.at, remainingMs: 56_000 },
    'by ada for 56 s more: leak<',
  ],
  unmanaged: [['127.0.0.1:54'], '>127.0.0.1:54<'],
  restarts: [55, '>55<'],
  lastExit: [{ ...EXIT, reason: 'it was killed' }, '>it was killed<'],
  nextStartMs: [58_000, 'next in 58 s<'],
};

/**
 * Which page shows a report: a whole page or that of an item; `/metrics` is none. `standing`: it is
 * shown in place of another one while its worker is silent. `used`: the pages follow it.
 */
const WORKER_REPORTS: {
  readonly [K in Exclude<keyof WorkerReports, `page:${string}`>]:
    | 'page'
    | 'item'
    | '/metrics'
    | 'standing'
    | 'used';
} = {
  admission: 'page',
  'admission-brief': 'standing',
  'admission-pressure': 'page',
  'blocked-loop': 'page',
  config: 'page',
  connections: 'page',
  packages: 'page',
  environment: 'page',
  'hidden-names': 'used',
  errors: 'page',
  liveness: 'page',
  'log-levels': 'page',
  logs: 'page',
  metrics: '/metrics',
  modules: 'page',
  pages: 'page',
  process: 'page',
  traffic: 'page',
  'busiest-routes': 'page',
  readiness: 'page',
  'request-logs': 'item',
  requests: 'page',
  resources: 'page',
  routes: 'page',
  runtime: 'page',
  settings: 'page',
  sockets: 'page',
  stats: 'page',
  threads: 'page',
  warnings: 'page',
};

const EMPTY: PrimaryReports = {
  group: runningProcess(),
  workers: [],
  'accept-queue': [],
  ready: true,
  recycling: { options: null, underWay: [], history: [], reload: null, stoppedReload: null },
  scaling: null,
  exits: [],
  metrics: { epoch: '', stats: [] },
  options: [],
  health: { isReady: true, readyWorkers: 1, quorum: 1, failure: null },
  actions: [],
};

const NOBODY: Gathered = { answers: [], without: [], missing: [], errors: [] };

/** A group without workers that remembers what it was asked for. */
class EmptyGroup implements ReportsSource {
  readonly asked = new Set<string>();

  async primary(name: string): Promise<unknown> {
    this.asked.add(name);
    return EMPTY[name as keyof PrimaryReports];
  }

  async workers(name: string): Promise<Gathered> {
    this.asked.add(name);
    return NOBODY;
  }

  runPrimary = async (): Promise<unknown> => undefined;
  primaryOperations = async (): Promise<unknown> => [];
  operations = async (): Promise<Gathered> => NOBODY;
  run = async (): Promise<Gathered> => NOBODY;
  onNews = (): void => undefined;
  close = async (): Promise<void> => undefined;
}

describe('the workers page', () => {
  const row = Object.fromEntries(
    Object.entries(FIELDS).map(([name, [value]]) => [name, value]),
  ) as unknown as Row;
  const workers = { expected: 1, answered: 1, missing: [] };
  const envelope = { at: EXIT.at, workers, data: [row] };
  const { markup } = html`${workersPage.render(envelope, questionTo(new EmptyGroup()))}`;
  const text = markup.replaceAll(/>\s+/g, '>').replaceAll(/\s+</g, '<');

  it.each(Object.entries(FIELDS))('shows the field %s', (_name, [, shown]) => {
    expect(text).toContain(shown);
  });
});

describe('the pages', () => {
  it('show every report of workers and of the primary', async () => {
    const group = new EmptyGroup();
    for (const page of ALL_PAGES) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await page.load(questionTo(group));
    }
    const onPages = Object.entries(WORKER_REPORTS).flatMap(([name, where]) =>
      where === 'page' ? [name] : [],
    );
    // `metrics` is a part of /metrics.
    const ofPrimary = Object.keys(EMPTY).filter((name) => name !== 'metrics');
    expect([...group.asked].toSorted()).toEqual([...onPages, ...ofPrimary].toSorted());
  });
});

describe('columnsOf', () => {
  interface Shop {
    name: string;
    orders: number;
    owner?: string;
  }
  const name = { label: 'Name', of: (shop: Shop) => shop.name };
  const orders = { label: 'Orders', of: (shop: Shop) => shop.orders };

  it('gives the columns in the order of the fields, but for those shown elsewhere', () => {
    const columns = columnsOf<Shop>({ orders: [orders, orders], owner: 'elsewhere', name });
    expect(columns.map(({ label }) => label)).toEqual(['Orders', 'Orders', 'Name']);
  });

  it('does not compile without a column for each field, optional ones too', () => {
    // @ts-expect-error -- `owner` is shown nowhere
    const forgetful: ColumnsOf<Shop> = { name, orders };
    expect(columnsOf(forgetful)).toHaveLength(2);
  });
});
