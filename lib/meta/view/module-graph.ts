import { type Html, html } from './html.ts';

/** Part of a module that the graph needs. */
interface Node {
  id: string;
  name: string;
  isGlobal: boolean;
  imports: readonly string[];
}

interface Placed extends Node {
  x: number;
  y: number;
  width: number;
}

const ROW = 34;
const HEIGHT = 22;
const GAP = 70;
const CHARACTER = 7.2;

/** Draws modules in columns, each right of its importers; the first column has none. */
export function moduleGraph(modules: readonly Node[]): Html {
  const placed = place(modules);
  const byId = new Map(placed.map((one) => [one.id, one]));
  const width = Math.max(1, ...placed.map((one) => one.x + one.width)) + 4;
  const height = Math.max(1, ...placed.map(({ y }) => y + HEIGHT)) + 4;
  const lines = placed.flatMap((from) =>
    from.imports.flatMap((id) => {
      const to = byId.get(id);
      return to === undefined || to.x <= from.x ? [] : [lineOf(from, to)];
    }),
  );
  const boxes = placed.map(
    ({ name, x, y, width: own, isGlobal }) =>
      html`<g class="${isGlobal ? 'global' : 'own'}"
        ><rect x="${x}" y="${y}" width="${own}" height="${HEIGHT}" rx="4" /><text
          x="${x + own / 2}"
          y="${y + 15}"
          >${name}</text
        ></g
      >`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Graph of the modules">
    <svg
      class="graph"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label="Modules and what they import"
    >
      ${lines}${boxes}
    </svg>
  </div>`;
}

function lineOf(from: Placed, to: Placed): Html {
  const [x1, y1] = [from.x + from.width, from.y + HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + HEIGHT / 2];
  const middle = (x1 + x2) / 2;
  return html`<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" />`;
}

function place(modules: readonly Node[]): Placed[] {
  const depths = depthsOf(modules);
  const columns = [...Map.groupBy(modules, ({ id }) => depths.get(id) ?? 0)].toSorted(
    ([a], [b]) => a - b,
  );
  let x = 2;
  return columns.flatMap(([, column]) => {
    const width = Math.max(...column.map(({ name }) => name.length * CHARACTER)) + 14;
    const at = x;
    x += width + GAP;
    return column.map((one, row) => ({ ...one, x: at, y: 2 + row * ROW, width }));
  });
}

/** Longest path from a root; a cycle of imports is cut where it closes. */
function depthsOf(modules: readonly Node[]): Map<string, number> {
  const byId = new Map(modules.map((one) => [one.id, one]));
  const imported = new Set(modules.flatMap(({ imports }) => imports));
  const depths = new Map<string, number>();
  const visit = (id: string, depth: number, above: ReadonlySet<string>): void => {
    const module = byId.get(id);
    if (module === undefined || above.has(id) || (depths.get(id) ?? -1) >= depth) return;
    depths.set(id, depth);
    for (const inner of module.imports) visit(inner, depth + 1, new Set([...above, id]));
  };
  for (const { id } of modules) if (!imported.has(id)) visit(id, 0, new Set());
  return depths;
}
