import { describe, expect, it } from 'vitest';

import { axisOf, unitText } from '../../../../lib/meta/pages/statistic-text.ts';
import { statsPage } from '../../../../lib/meta/pages/stats.page.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import type { ReportsSource } from '../../../../lib/reports/reports-source.ts';
import { Stats } from '../../../../lib/stats/stats.ts';
import { questionTo as questionOf } from '../question-to.ts';

function statsWith(memory: number, requests: number): Stats {
  const stats = new Stats();
  stats.gauge('process.resident_memory', { help: 'Memory', unit: 'bytes' }).set(memory);
  stats.counter('shop.requests', { help: 'Requests' }, { route: '/a' }).add(requests);
  return stats;
}

/** A group of two workers; those in `silent` do not answer. */
function questionTo(silent: readonly number[], query: Record<string, string> = {}) {
  const stats = [statsWith(1024 * 1024, 10), statsWith(3 * 1024 * 1024, 5)];
  const ids = [1, 2];
  const answers = ids
    .filter((id) => !silent.includes(id))
    .map((id) => ({ identity: { role: 'worker', id }, value: stats[id - 1]?.snapshot() }));
  const source = {
    primary: async () => ids.map((id) => ({ id, state: 'READY' })),
    workers: async () => ({ answers, without: [], missing: silent, errors: [] }),
  } as unknown as ReportsSource;
  return { ...questionOf(source), query };
}

type Question = ReturnType<typeof questionTo>;

/** Samples the statistics of both workers, as the watch of the group does. */
function sample({ history }: Question, atMs: number, scale: number): void {
  const present = new Map([1, 2].map((id) => [`worker ${id}`, statsWith(scale, scale).snapshot()]));
  history.statistics.take(atMs, [...present.values()], present);
}

async function pageOf(question: Question, item?: string): Promise<string> {
  if (item === undefined) {
    return html`${statsPage.render(await statsPage.load(question), question)}`.markup;
  }
  const loaded = await statsPage.item?.load(question, item);
  return html`${statsPage.item?.render(loaded!, question, item)}`.markup;
}

describe('The page of statistics', () => {
  it('shows gauges with their values and units, in groups, with whole names at hand', async () => {
    const markup = await pageOf(questionTo([]));
    expect(markup).toMatch(/data-value="4194304">\s*4 MiB/);
    expect(markup).toContain('<h2>process</h2>');
    expect(markup).toContain('<h2>shop</h2>');
    expect(markup).toContain('title="process.resident_memory: Memory"');
  });

  it('filters by name and label', async () => {
    const markup = await pageOf(questionTo([], { q: 'ROUTE /a' }));
    expect(markup).toContain('shop.requests');
    expect(markup).not.toContain('process.resident_memory');
  });

  it('filters its JSON, too', async () => {
    const { data } = await statsPage.load(questionTo([], { q: 'ROUTE /a' }));
    expect(data).toMatchObject([{ name: 'shop.requests', series: [{ labels: { route: '/a' } }] }]);
  });

  it('counts the last statistics of a silent worker, and not those of one that answers', async () => {
    const question = questionTo([2]);
    sample(question, Date.now(), 7);
    expect(await pageOf(question)).toMatch(/>\s*17\s*</);
  });
});

describe('The page of one statistic', () => {
  it('has charts of gauges and counters from what was sampled', async () => {
    const question = questionTo([]);
    const now = Date.now();
    for (const [at, scale] of [20, 30, 50].entries()) {
      sample(question, now - (3 - at) * 10_000, scale * 1_000);
    }
    const gauge = await pageOf(question, 'process.resident_memory');
    expect(gauge).toContain('id="statistic-value"');
    expect(gauge).toContain('<span class="unit">KiB</span>');
    const counter = await pageOf(question, 'shop.requests');
    expect(counter).toContain('id="statistic-rate"');
    expect(counter).toContain('route /a');
    expect(counter).toMatch(/&quot;values&quot;:\[null,2000,4000\]/);
  });

  it('says that charts come, before there are samples', async () => {
    expect(await pageOf(questionTo([]), 'shop.requests')).toContain('Charts appear after');
  });

  it('is there while all workers are silent, with what they told last or without', async () => {
    const question = questionTo([1, 2]);
    expect(await pageOf(question, 'shop.requests')).toContain('No worker has reported');
    sample(question, Date.now(), 4);
    expect(await pageOf(question, 'shop.requests')).toMatch(/>\s*8\s*</);
  });

  it('has the quantiles of durations', async () => {
    const stats = new Stats();
    const waits = stats.duration('shop.wait', { help: 'Wait' });
    for (let ms = 1; ms <= 5_000; ms++) waits.record(ms);
    const source = {
      primary: async () => [{ id: 1, state: 'READY' }],
      workers: async () => ({
        answers: [{ identity: { role: 'worker', id: 1 }, value: stats.snapshot() }],
        without: [],
        missing: [],
        errors: [],
      }),
    } as unknown as ReportsSource;
    const markup = await pageOf({ ...questionOf(source), query: {} }, 'shop.wait');
    const heads = [...markup.matchAll(/<th[^>]*>(?:<[^>]*>)*\s*(p[\d.]+)/g)].map(
      ([, name]) => name,
    );
    expect(heads).toEqual(['p50', 'p90', 'p95', 'p99', 'p99.9']);
  });

  it('is not there when all have answered and none knows it', async () => {
    await expect(pageOf(questionTo([]), 'nothing')).rejects.toThrow('no statistic "nothing"');
  });
});

describe('Units of statistics', () => {
  it.each([
    ['gauge', 'a', 'bytes', 2048, '2 KiB'],
    ['gauge', 'a', 'ratio', 0.25, '25 %'],
    ['gauge', 'a', 'seconds', 0.25, '250 ms'],
    ['gauge', 'process.start_time', 'seconds', 1_800_000_000, '2027-01-15T08:00:00.000Z'],
    ['gauge', 'a', '', 1_234, '1,234'],
    ['counter', 'a', 'rows', 7, '7 rows'],
    ['duration', 'a', 'seconds', 250, '250 ms'],
  ] as const)('of a %s %s in %s: %d is %s', (...row) => {
    const [kind, name, unit, value, text] = row;
    expect(unitText({ kind, name, unit })(value)).toBe(text);
  });

  it('of axes are those that fit', () => {
    const bytes = { kind: 'gauge', name: 'a', unit: 'bytes' } as const;
    expect(axisOf(bytes, 5_000).unit).toBe('KiB');
    expect(axisOf(bytes, 5_000_000).unit).toBe('MiB');
    expect(axisOf({ ...bytes, unit: 'ratio' }, 1)).toEqual({ unit: '%', per: 100 });
  });
});
