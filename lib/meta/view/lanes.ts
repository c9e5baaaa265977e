import type { Lane } from '../history/group-history.ts';
import { duration, percent } from './format.ts';
import { type Html, html } from './html.ts';

const CELL_WIDTH = 2;
const HEIGHT = 16;

/** Event loop lag from which a second counts as blocked. */
const BLOCKED_MS = 500;

/** Event loop utilization from which a second counts as busy. */
const BUSY = 0.6;

type CellKind = 'idle' | 'some' | 'busy' | 'blocked' | 'booting' | 'unknown';

export interface LaneOptions {
  /** Age of the slot's process in seconds: until its first figures it boots. @default no process */
  bornAgo?: number;
  /** Most cells. @default 300 */
  most?: number;
}

/** One strip of an event loop: a cell for a second, or for several. */
export function laneStrip(
  { slot, elu, lagMs }: Lane,
  { bornAgo = 0, most = 300 }: LaneOptions = {},
): Html {
  const per = Math.max(1, Math.ceil(elu.length / most));
  const count = Math.ceil(elu.length / per);
  const cells = Array.from({ length: count }, (_, at) => {
    const [from, to] = [at * per, (at + 1) * per];
    const cell = cellOf(maxOf(elu.slice(from, to)), maxOf(lagMs.slice(from, to)));
    return cell.kind === 'unknown' && elu.length - from <= bornAgo ? BOOTING : cell;
  });
  const blocked = cells.filter(({ kind }) => kind === 'blocked').length;
  const label = `Event loop of slot ${slot}: blocked in ${blocked} of ${count} spans`;
  return html`<svg
    class="lane"
    viewBox="0 0 ${most * CELL_WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    ${runsOf(cells).map(
      ({ at, length, kind, title }) =>
        html`<rect
          class="cell ${kind}"
          x="${at * CELL_WIDTH}"
          width="${length * CELL_WIDTH}"
          height="${HEIGHT}"
          ><title>${title}</title></rect
        >`,
    )}
  </svg>`;
}

/** Explanation of the colours of lanes. */
export function laneKey(): Html {
  const names: readonly [CellKind, string][] = [
    ['idle', 'idle'],
    ['some', 'in use'],
    ['busy', 'busy'],
    ['blocked', 'blocked'],
    ['booting', 'booting'],
    ['unknown', 'no worker'],
  ];
  return html`<p class="lane-key">
    ${names.map(([kind, name]) => html`<span class="cell ${kind}"></span> ${name} `)}
  </p>`;
}

interface Cell {
  kind: CellKind;
  title: string;
}

const BOOTING: Cell = { kind: 'booting', title: 'booting' };

function cellOf(elu: number | null, lagMs: number | null): Cell {
  if (elu === null) return { kind: 'unknown', title: 'no worker' };
  return {
    kind: kindOf(elu, lagMs ?? 0),
    title: `utilization ${percent(elu)}, lag ${duration(lagMs)}`,
  };
}

function kindOf(elu: number, lagMs: number): CellKind {
  if (lagMs >= BLOCKED_MS) return 'blocked';
  if (elu >= BUSY) return 'busy';
  return elu >= 0.1 ? 'some' : 'idle';
}

interface Run extends Cell {
  at: number;
  length: number;
}

/** Joins equal neighbours: most of a lane has one colour. */
function runsOf(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const [at, cell] of cells.entries()) {
    const last = runs.at(-1);
    if (last?.kind === cell.kind) last.length++;
    else runs.push({ ...cell, at, length: 1 });
  }
  return runs;
}

function maxOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
