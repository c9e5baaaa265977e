import { percent } from './format.ts';
import { type Html, html } from './html.ts';

/** Frame as results of profiles hold it. */
export interface ShownFrame {
  depth: number;
  from: number;
  total: number;
  self: number;
  kind: string;
  name: string;
  location: string;
}

const WIDTH = 1_200;
const ROW = 18;

/** Mean width of a character, and width of the space around a label. */
const CHARACTER = 6.2;
const PADDING = 8;

const KINDS = [
  ['app', 'application'],
  ['package', 'packages'],
  ['node', 'Node'],
  ['engine', 'engine: garbage collection, native code'],
] as const;

/**
 * Flame graph: each frame as wide as its share, callees below their callers. Titles of frames name
 * function, location and shares; all else works without scripts too.
 */
export function flameView(frames: readonly ShownFrame[], omitted: number): Html {
  if (frames.length === 0) return html`<p class="empty">No samples outside of idle time.</p>`;
  const rows = 1 + Math.max(...frames.map(({ depth }) => depth));
  const rest = omitted === 0 ? '' : ` ${omitted} narrower or deeper frames are left out.`;
  return html`<p class="lane-key">
      ${KINDS.map(([kind, label]) => html`<span class="cell flame-${kind}"></span> ${label}`)}
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Flame graph">
      <svg
        class="flame"
        viewBox="0 0 ${WIDTH} ${rows * ROW}"
        width="${WIDTH}"
        height="${rows * ROW}"
        role="img"
        aria-label="Flame graph of ${frames.length} frames; the tables below hold its figures"
      >
        ${frames.map(frameOf)}
      </svg>
    </div>
    <p class="hint">Width is the share of busy samples, with callees.${rest}</p>`;
}

function frameOf({ depth, from, total, self, kind, name, location }: ShownFrame): Html {
  const x = round(from * WIDTH);
  const width = Math.max(0.5, round(total * WIDTH) - 0.5);
  const label = labelOf(name, width);
  const y = depth * ROW;
  const text = label === '' ? '' : html`<text x="${x + PADDING / 2}" y="${y + 12}">${label}</text>`;
  return html`<g
    ><title>${name} ${location}: total ${percent(total)}, self ${percent(self)}</title
    ><rect class="flame-${kind}" x="${x}" y="${y}" width="${width}" height="${ROW - 1}" />${text}</g
  >`;
}

/** As much of a name as fits; nothing where that says nothing. */
function labelOf(name: string, width: number): string {
  const room = Math.floor((width - PADDING) / CHARACTER);
  if (name.length <= room) return name;
  return room < 4 ? '' : `${name.slice(0, room - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
