import { type Html, html } from './html.ts';

const WIDTH = 160;
const HEIGHT = 28;

/** A line without axes, for the trend beside a figure. Null: no value. */
export function sparkline(values: readonly (number | null)[], line = 0): Html {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.flatMap((value, at) => {
    if (value === null) return [];
    return [`${(at * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(1)}`];
  });
  return html`<svg
    class="spark"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <polyline class="line line-${line}" points="${points.join(' ')}" />
  </svg>`;
}
