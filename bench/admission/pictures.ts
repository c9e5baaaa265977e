import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Curve, Point } from './curves.ts';

const WIDTH = 640;
const HEIGHT = 320;
const MARGIN = { left: 56, right: 176, top: 32, bottom: 44 } as const;

/** Told apart by those who see few colours too: each line has its own dashes. */
const LINES: Record<string, { colour: string; dashes: string }> = {
  buttress: { colour: '#0b6e4f', dashes: '' },
  none: { colour: '#c8553d', dashes: '6 4' },
  'under-pressure': { colour: '#7a6f9b', dashes: '2 3' },
  'under-pressure-interval': { colour: '#2f6690', dashes: '8 3 2 3' },
};

const DEFAULT_LINE = { colour: '#000', dashes: '' };

interface Picture {
  title: string;
  unit: string;
  read: (point: Point) => number;
  /** Values above are drawn at the top. */
  most: number;
}

/** Draws goodput and p99 over the offered load into `docs/`. */
export function drawCurves(work: string, curves: readonly Curve[]): void {
  const goodputs = curves.flatMap(({ points }) => points.map(({ goodput }) => goodput));
  const pictures: Record<string, Picture> = {
    goodput: {
      title: `${work}: answers within a second, per second`,
      unit: '/s',
      read: ({ goodput }) => goodput,
      most: Math.max(...goodputs) * 1.1,
    },
    p99: {
      title: `${work}: p99 of what was let in`,
      unit: 'ms',
      read: ({ p99 }) => p99,
      most: 1_500,
    },
  };
  for (const [name, picture] of Object.entries(pictures)) {
    const path = new URL(`../../docs/overload/${work}-${name}.svg`, import.meta.url);
    writeFileSync(fileURLToPath(path), svg(picture, curves));
  }
}

function svg({ title, unit, read, most }: Picture, curves: readonly Curve[]): string {
  const loads = curves.flatMap(({ points }) => points.map(({ load }) => load));
  const x = (load: number): number =>
    MARGIN.left + (load / Math.max(...loads)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - (Math.min(value, most) / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const lines = curves.map(({ policy, points }, index) => {
    const { colour, dashes } = LINES[policy] ?? DEFAULT_LINE;
    const seen = points.filter((point) => Number.isFinite(read(point)));
    const path = seen.map((point) => `${x(point.load).toFixed(1)},${y(read(point)).toFixed(1)}`);
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"`;
    const at = MARGIN.top + 18 * index;
    const key = WIDTH - MARGIN.right + 12;
    return `<polyline points="${path.join(' ')}" ${stroke}/>
<line x1="${key}" y1="${at}" x2="${key + 28}" y2="${at}" ${stroke}/>
<text x="${key + 34}" y="${at + 4}">${policy}</text>`;
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * most).toFixed(1);
    const label = `<text x="${MARGIN.left - 6}" y="${at}" text-anchor="end">${Math.round(part * most)}</text>`;
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ddd"/>${label}`;
  });
  const ticks = [...new Set(loads)].map(
    (load) =>
      `<text x="${x(load).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${load}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${title}">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${MARGIN.left}" y="16" font-size="13">${title} (${unit})</text>
${[...grid, ...ticks, ...lines].join('\n')}
<text x="${MARGIN.left}" y="${HEIGHT - 8}">offered load, times the capacity</text>
</svg>
`;
}
