import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ignore } from '../../../../lib/common/ignore.ts';

const SCRIPT = new URL('../../../../lib/meta/assets/charts.js', import.meta.url).href;

interface Script {
  readyCharts: (root: object) => void;
}

interface Made {
  labels: string[];
  show: (value: number) => string;
}

let made: Made[];

interface Options {
  series: { label: string; value: (chart: null, value: number, line: number) => string }[];
}

class FakePlot {
  readonly scales = { x: {} };

  constructor({ series }: Options) {
    const [, ...lines] = series;
    const show = (value: number) => lines[0]?.value(null, value, 1) ?? '';
    made.push({ labels: lines.map(({ label }) => label), show });
  }

  setData(): void {}
  destroy(): void {}
}

const plot = { clientWidth: 400, replaceChildren: ignore, addEventListener: ignore };

/** Page with one chart. */
function pageWith(unit: string, labels: readonly string[]): object {
  const series = labels.map((label) => ({ label, values: [1, 2] }));
  const chart = JSON.stringify({ unit, times: [1, 2], series, marks: [] });
  Object.assign(figure.dataset, { chart });
  return { querySelectorAll: () => [figure] };
}

const figure = { id: 'chart', dataset: {}, querySelector: () => plot };

beforeEach(() => {
  made = [];
  vi.resetModules();
  vi.stubGlobal('window', { uPlot: FakePlot });
  vi.stubGlobal('addEventListener', ignore);
  vi.stubGlobal('getComputedStyle', () => ({ color: '', stroke: 'none' }));
  vi.stubGlobal('document', {
    createElement: () => ({ remove: ignore }),
    getElementById: () => figure,
    body: { append: ignore },
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('The script of charts', () => {
  it('goes on with the same lines, and draws others anew, with their labels and unit', async () => {
    const { readyCharts } = (await import(/* @vite-ignore */ SCRIPT)) as Script;
    readyCharts(pageWith('KiB', ['a', 'b']));
    readyCharts(pageWith('KiB', ['a', 'b']));
    expect(made).toHaveLength(1);
    readyCharts(pageWith('KiB', ['b', 'a']));
    expect(made.at(-1)?.labels).toEqual(['b', 'a']);
    readyCharts(pageWith('MiB', ['b', 'a']));
    expect(made.at(-1)?.show(2)).toBe('2 MiB');
  });
});
