import { duration } from './format.ts';
import { type Html, html } from './html.ts';

/** Request with its timed steps. */
interface Timed {
  durationMs: number;
  queueWaitMs: number;
  steps: readonly { name: string; atMs: number; ms: number }[];
}

const WIDTH = 240;
const ROW = 7;
const COLOURS = 6;

/** Draws the steps of a request as bars on a time axis. */
export function timeline({ durationMs, queueWaitMs, steps }: Timed): Html {
  const waited = queueWaitMs > 0 ? [{ name: 'admission', atMs: 0, ms: queueWaitMs }] : [];
  const all = [...waited, ...steps];
  const names = [...new Set(all.map(({ name }) => name))];
  const scale = WIDTH / Math.max(durationMs, 1e-3);
  const height = Math.max(1, Math.min(8, all.length)) * ROW + 2;
  const bars = all.slice(0, 8).map(({ name, atMs, ms }, row) => {
    const x = Math.min(WIDTH - 1, atMs * scale);
    const width = Math.max(1, Math.min(WIDTH - x, ms * scale));
    return html`<rect
      class="step step-${names.indexOf(name) % COLOURS}"
      x="${x.toFixed(1)}"
      y="${row * ROW + 1}"
      width="${width.toFixed(1)}"
      height="${ROW - 2}"
      ><title>${name}: ${duration(ms)}, after ${duration(atMs)}</title></rect
    >`;
  });
  const words = sums(all);
  return html`<div class="timeline">
    <svg
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      height="${height}"
      role="img"
      aria-label="${words === '' ? 'The handler took all of the time' : words}"
    >
      <rect class="whole" x="0" y="0" width="${WIDTH}" height="${height}" />
      ${bars}</svg
    ><span class="steps">${words === '' ? 'handler' : words}</span>
  </div>`;
}

function sums(steps: Timed['steps']): string {
  const byName = new Map<string, number>();
  for (const { name, ms } of steps) byName.set(name, (byName.get(name) ?? 0) + ms);
  return [...byName].map(([name, ms]) => `${name} ${duration(ms)}`).join(', ');
}
