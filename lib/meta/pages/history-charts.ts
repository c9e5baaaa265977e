import { rounded } from '../../common/rounded.ts';
import type { HistoryPoint } from '../history/group-history.ts';
import { chart, type ChartMark } from '../view/chart.ts';
import { type Html, html } from '../view/html.ts';

const MIB = 1024 * 1024;

type Line = readonly [label: string, of: (point: HistoryPoint) => number | null];

interface Picture {
  id: string;
  title: string;
  unit: string;
  lines: readonly Line[];
}

const PICTURES: readonly Picture[] = [
  {
    id: 'requests-chart',
    title: 'Requests',
    unit: '/s',
    lines: [
      ['answered', ({ requests }) => requests],
      ['failed (5xx)', ({ failed }) => failed],
      ['connections shed', ({ shed }) => shed],
    ],
  },
  {
    id: 'latency-chart',
    title: 'Latency',
    unit: 'ms',
    lines: [
      ['p50', ({ p50Ms }) => p50Ms],
      ['p95', ({ p95Ms }) => p95Ms],
      ['p99', ({ p99Ms }) => p99Ms],
    ],
  },
  {
    id: 'lag-chart',
    title: 'Event loop lag, worst worker',
    unit: 'ms',
    lines: [['lag', ({ lagMs }) => lagMs]],
  },
  {
    id: 'loop-chart',
    title: 'Event loop utilization, CPU',
    unit: '%',
    lines: [
      ['event loop', ({ elu }) => elu * 100],
      ['CPU', ({ cpu }) => cpu * 100],
    ],
  },
  {
    id: 'memory-chart',
    title: 'Memory',
    unit: 'MiB',
    lines: [
      ['resident', ({ rssBytes }) => rssBytes / MIB],
      ['heap', ({ heapUsedBytes }) => heapUsedBytes / MIB],
    ],
  },
];

/** The last minutes as charts. */
export function historyCharts(
  history: readonly HistoryPoint[],
  marks: readonly ChartMark[] = [],
): Html {
  if (history.length < 2) return html`<p class="empty">Charts appear after a few seconds.</p>`;
  const times = history.map(({ at }) => at);
  const charts = PICTURES.map(({ lines, ...about }) => {
    const series = lines.map(([label, of]) => ({
      label,
      values: history.map((one) => {
        const value = of(one);
        return value === null ? null : rounded(value, 2);
      }),
    }));
    return chart({ ...about, times, series, marks });
  });
  return html`<div class="charts">${charts}</div>`;
}
