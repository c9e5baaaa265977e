import type { StatesSnapshot } from '../../stats/states.ts';
import { count, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { type Column, table } from './table.ts';

const RADIUS_X = 220;
const RADIUS_Y = 110;
const CENTRE_X = 320;
const CENTRE_Y = 150;
const BOX_HEIGHT = 38;
const CHARACTER = 7.5;

interface Placed {
  name: string;
  x: number;
  y: number;
  width: number;
}

/** Diagram of states in a circle with transitions as arrows, and a table of each. */
export function stateDiagram({ states, transitions }: StatesSnapshot): Html {
  const names = Object.keys(states);
  const placed = new Map(names.map((name, at) => [name, placeOf(name, at, names.length)]));
  const moves = Object.entries(transitions).map(([key, times]) => {
    const [from = '', to = ''] = key.split('>');
    return { from, to, times };
  });
  const arrows = moves.flatMap(({ from, to, times }) => {
    const [a, b] = [placed.get(from), placed.get(to)];
    return a === undefined || b === undefined || a === b ? [] : [arrow(a, b, times)];
  });
  const boxes = [...placed.values()].map((one) => box(one, states[one.name]));
  return html`<figure class="states">
      <svg viewBox="0 0 640 300" role="img" aria-label="States and how often each follows which">
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path class="arrow-head" d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        ${arrows}${boxes}
      </svg>
    </figure>
    ${table(STATES, Object.entries(states), { id: 'states', caption: 'States', empty: 'No states yet.' })}
    ${table(MOVES, moves, { id: 'transitions', caption: 'Transitions', empty: 'No transitions yet.' })}`;
}

const STATES: readonly Column<[string, StatesSnapshot['states'][string]]>[] = [
  { label: 'State', kind: 'code', of: ([name]) => name },
  { label: 'Entered', kind: 'count', of: ([, { entered }]) => entered },
  { label: 'Current', kind: 'count', of: ([, { current }]) => current },
  { label: 'Total time', kind: 'duration', of: ([, { totalMs }]) => totalMs },
];

const MOVES: readonly Column<{ from: string; to: string; times: number }>[] = [
  { label: 'From', kind: 'code', of: ({ from }) => from },
  { label: 'To', kind: 'code', of: ({ to }) => to },
  { label: 'Count', kind: 'count', of: ({ times }) => times },
];

function placeOf(name: string, at: number, all: number): Placed {
  const angle = (at / Math.max(1, all)) * 2 * Math.PI - Math.PI / 2;
  const width = Math.max(60, name.length * CHARACTER + 16);
  return {
    name,
    width,
    x: Math.round(CENTRE_X + Math.cos(angle) * RADIUS_X),
    y: Math.round(CENTRE_Y + Math.sin(angle) * RADIUS_Y),
  };
}

function box(
  { name, x, y, width }: Placed,
  state: StatesSnapshot['states'][string] | undefined,
): Html {
  const text = `${count(state?.current ?? 0)} now, ${duration(state?.totalMs ?? 0)}`;
  return html`<g class="own"
    ><rect
      x="${x - width / 2}"
      y="${y - BOX_HEIGHT / 2}"
      width="${width}"
      height="${BOX_HEIGHT}"
      rx="6"
    /><text x="${x}" y="${y - 3}">${name}</text
    ><text class="small" x="${x}" y="${y + 12}">${text}</text></g
  >`;
}

/** Curved arrow between two boxes, so that both directions can be told apart. */
function arrow(from: Placed, to: Placed, times: number): Html {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  const start = Math.min(0.45, from.width / 2 / length + 0.02);
  const end = Math.min(0.45, to.width / 2 / length + 0.05);
  const [x1, y1] = [from.x + dx * start, from.y + dy * start];
  const [x2, y2] = [to.x - dx * end, to.y - dy * end];
  const [bendX, bendY] = [(x1 + x2) / 2 - (dy / length) * 22, (y1 + y2) / 2 + (dx / length) * 22];
  const path = `M${x1.toFixed(0)} ${y1.toFixed(0)}Q${bendX.toFixed(0)} ${bendY.toFixed(0)} ${x2.toFixed(0)} ${y2.toFixed(0)}`;
  return html`<path class="transition" d="${path}" marker-end="url(#arrow)" /><text
      class="small"
      x="${bendX.toFixed(0)}"
      y="${bendY.toFixed(0)}"
      >${count(times)}</text
    >`;
}
