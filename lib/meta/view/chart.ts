import { clockTime, count } from './format.ts';
import { Html, html, jsonAttribute } from './html.ts';
import { ticksUpTo } from './ticks.ts';

/** Line of a chart: a value for each time; null: none. */
export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
}

/** Event that a chart marks. */
export interface ChartMark {
  /** In milliseconds since the epoch. */
  at: number;
  label: string;
}

export interface ChartOptions {
  /** Unique in its page. */
  id: string;
  title: string;
  /** Unit of the values: `ms`, `%`, `MiB`, `/s`. */
  unit: string;
  /** In milliseconds since the epoch, ascending. */
  times: readonly number[];
  series: readonly ChartSeries[];
  /** @default those of `withMarks` */
  marks?: readonly ChartMark[];
}

let marksOfPage: readonly ChartMark[] = [];

/** Renders, at once, with marks in every chart: charts are made deep within pages. */
export function withMarks<T>(marks: readonly ChartMark[], render: () => T): T {
  marksOfPage = marks;
  try {
    return render();
  } finally {
    marksOfPage = [];
  }
}

const WIDTH = 480;
const HEIGHT = 120;

/** Room for the axes of a chart. */
const LEFT = 46;
const BOTTOM = 18;
const TOP = 8;

/** Height of a chart with its time axis. */
const CHART_HEIGHT = 170;

/** Times named on the axis. */
const TIME_TICKS = 4;

/** Number of colours for lines; further lines reuse them. */
const COLOURS = 6;

/**
 * Lines over time: a drawing with axes that needs no script, and the data for an interactive chart
 * where scripts run.
 */
export function chart({ id, title, unit, times, series, marks = marksOfPage }: ChartOptions): Html {
  const last = series.map(({ label, values }) => `${label} ${count(values.at(-1))} ${unit}`);
  const shown = marks.filter(({ at }) => at >= (times[0] ?? 0) && at <= (times.at(-1) ?? 0));
  const data = {
    unit,
    times: times.map((at) => at / 1_000),
    series,
    marks: shown.map(({ at, label }) => ({ at: at / 1_000, label })),
  };
  const label = `${title}: ${last.join(', ')}`;
  return html`<figure class="chart" id="${id}" data-chart="${jsonAttribute(data)}">
    <figcaption>${title} <span class="unit">${unit}</span></figcaption>
    <div class="plot">
      ${drawing(label, { times, series, marks: shown })}${legend(series, unit)}
    </div>
  </figure>`;
}

interface Lines {
  times: readonly number[];
  series: readonly ChartSeries[];
  marks: readonly ChartMark[];
}

function drawing(label: string, { times, series, marks }: Lines): Html {
  const from = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - from);
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const ticks = ticksUpTo(highest);
  const top = ticks.at(-1) ?? 1;
  const x = (at: number): string => (LEFT + ((at - from) / span) * (WIDTH - LEFT - 4)).toFixed(1);
  const y = (value: number): string =>
    (CHART_HEIGHT - BOTTOM - (value / top) * (CHART_HEIGHT - BOTTOM - TOP)).toFixed(1);
  const lines = series.map(({ values }, at) => {
    const points = values.flatMap((value, index) => {
      return value === null ? [] : [`${x(times[index] ?? from)},${y(value)}`];
    });
    return html`<polyline class="line line-${at % COLOURS}" points="${points.join(' ')}" />`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${CHART_HEIGHT}" role="img" aria-label="${label}">
    ${ticks.map((value) => valueTick(value, y(value)))} ${timeTicks(from, span, x)}
    ${marks.map((mark) => markLine(mark, x(mark.at)))} ${lines}
  </svg>`;
}

function valueTick(value: number, y: string): Html {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - 4}" y1="${y}" y2="${y}" /><text
      class="tick end"
      x="${LEFT - 5}"
      y="${y}"
      dy="3"
      >${count(value)}</text
    >`;
}

function timeTicks(from: number, span: number, x: (at: number) => string): Html[] {
  return Array.from({ length: TIME_TICKS }, (_, tick) => {
    const at = from + (span * (tick + 0.5)) / TIME_TICKS;
    return html`<text class="tick" x="${x(at)}" y="${CHART_HEIGHT - 4}">${clockTime(at)}</text>`;
  });
}

function markLine({ label }: ChartMark, x: string): Html {
  return html`<line class="mark" x1="${x}" x2="${x}" y1="${TOP}" y2="${CHART_HEIGHT - BOTTOM}"
    ><title>${label}</title></line
  >`;
}

function legend(series: readonly ChartSeries[], unit: string): Html {
  return html`<ul class="legend">
    ${series.map(({ label, values }, at) => {
      const value = values.at(-1);
      const text = value === null || value === undefined ? '–' : `${count(value)} ${unit}`;
      return html`<li><span class="key key-${at % COLOURS}"></span>${label} ${text}</li>`;
    })}
  </ul>`;
}

/** Bar of a histogram: the number of values in a range. */
export interface HistogramBar {
  from: number;
  to: number;
  count: number;
}

/** Marked value in a histogram. */
export interface HistogramMark {
  label: string;
  value: number | null;
}

/** Histogram with marks at some values. */
export function histogram(
  label: string,
  bars: readonly HistogramBar[],
  marks: readonly HistogramMark[],
  show: (value: number) => string,
): Html {
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return html`<p class="empty">No values yet.</p>`;
  const most = Math.max(...bars.map((bar) => bar.count));
  const columns = bars.map((bar, at) => {
    const title = `${show(bar.from)} to ${show(bar.to)}: ${count(bar.count)}`;
    const height = (bar.count / most) * (HEIGHT - 20);
    return column(title, { at, of: bars.length, height });
  });
  const lines = marks.map((mark) => markOf(mark, bars));
  return html`<figure class="histogram">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${columns}${lines}</svg>
    <p class="scale"><span>${show(first.from)}</span><span>${show(last.to)}</span></p>
  </figure>`;
}

function column(
  title: string,
  { at, of, height }: { at: number; of: number; height: number },
): Html {
  const width = WIDTH / of;
  return html`<rect
    class="bar"
    x="${(at * width + 0.5).toFixed(1)}"
    y="${(HEIGHT - height).toFixed(1)}"
    width="${Math.max(0.5, width - 1).toFixed(1)}"
    height="${height.toFixed(1)}"
    ><title>${title}</title></rect
  >`;
}

function markOf({ label, value }: HistogramMark, bars: readonly HistogramBar[]): Html | string {
  if (value === null) return '';
  const x = placeOf(value, bars).toFixed(1);
  return html`<line class="mark" x1="${x}" x2="${x}" y1="12" y2="${HEIGHT}" /><text
      class="mark-label"
      x="${x}"
      y="10"
      >${label}</text
    >`;
}

/** Position of a value, interpolated within its bar: all bars have the same width. */
function placeOf(value: number, bars: readonly HistogramBar[]): number {
  const width = WIDTH / bars.length;
  const at = bars.findIndex(({ to }) => value <= to);
  const bar = bars[at];
  if (bar === undefined) return WIDTH;
  const inside = bar.to === bar.from ? 0 : (value - bar.from) / (bar.to - bar.from);
  return (at + Math.min(1, Math.max(0, inside))) * width;
}
