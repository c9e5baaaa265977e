import { count } from './format.ts';
import { Html, html, jsonAttribute } from './html.ts';

/** Line of a chart: a value for each time; null: none. */
export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
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
}

const WIDTH = 480;
const HEIGHT = 120;

/** Number of colours for lines; further lines reuse them. */
const COLOURS = 6;

/**
 * Lines over time: a drawing that needs no script, and the data for an interactive chart where
 * scripts run.
 */
export function chart({ id, title, unit, times, series }: ChartOptions): Html {
  const last = series.map(({ label, values }) => `${label} ${count(values.at(-1))} ${unit}`);
  const data = { unit, times: times.map((at) => at / 1_000), series };
  return html`<figure class="chart" id="${id}" data-chart="${jsonAttribute(data)}">
    <figcaption>${title} <span class="unit">${unit}</span></figcaption>
    <div class="plot">${drawing(`${title}: ${last.join(', ')}`, times, series)}</div>
  </figure>`;
}

function drawing(label: string, times: readonly number[], series: readonly ChartSeries[]): Html {
  const from = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - from);
  const top = Math.max(1e-9, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const lines = series.map(({ values }, at) => {
    const points = values.flatMap((value, index) => {
      if (value === null) return [];
      const x = (((times[index] ?? from) - from) / span) * WIDTH;
      return [`${x.toFixed(1)},${(HEIGHT - (value / top) * (HEIGHT - 8)).toFixed(1)}`];
    });
    return html`<polyline class="line line-${at % COLOURS}" points="${points.join(' ')}" />`;
  });
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${label}"
    preserveAspectRatio="none"
  >
    ${lines}
  </svg>`;
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
