import { readFile, stat } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CpuProfile, ProfileNode } from './merge-profiles.ts';

/** Function or line, with its share of all samples. */
export interface HotSpot {
  /** Name of the function. */
  name: string;
  /** File and line; of the original source where there is a source map. */
  location: string;
  /** Share without callees, 0 to 1. */
  self: number;
  /** Share with callees, 0 to 1. */
  total: number;
}

export interface Hottest {
  samples: number;
  /** Share of idle samples, 0 to 1. */
  idle: number;
  functions: HotSpot[];
  lines: Omit<HotSpot, 'total'>[];
}

const SHOWN = 30;

/** Maximum number of files checked for source maps, and maximum size of a map. */
const MAX_MAPS = 100;
const MAX_MAP_BYTES = 20 * 1024 * 1024;

/** Hottest functions and lines of a profile. */
export async function hottest(profile: CpuProfile): Promise<Hottest> {
  const samples = sum(profile.nodes.map(({ hitCount = 0 }) => hitCount));
  const share = (ticks: number): number => (samples === 0 ? 0 : ticks / samples);
  const places = new Places();
  const functions = await Promise.all(
    hotFunctions(profile).map(async ({ node, self, total }) => ({
      name: node.callFrame.functionName || '(anonymous)',
      location: await places.of(node.callFrame.url, node.callFrame.lineNumber),
      self: share(self),
      total: share(total),
    })),
  );
  const lines = await Promise.all(
    hotLines(profile).map(async ({ name, url, line, ticks }) => ({
      name,
      location: await places.of(url, line - 1),
      self: share(ticks),
    })),
  );
  return { samples, idle: share(ticksOf(profile, '(idle)')), functions, lines };
}

interface HotFunction {
  node: ProfileNode;
  self: number;
  total: number;
}

function hotFunctions({ nodes }: CpuProfile): HotFunction[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<string, HotFunction>();
  // Goes backwards: children follow their parents, so their totals come first.
  const totals = new Map<number, number>();
  for (const node of nodes.toReversed()) {
    totals.set(
      node.id,
      (node.hitCount ?? 0) + sum((node.children ?? []).map((id) => totals.get(id) ?? 0)),
    );
  }
  const visit = (node: ProfileNode, above: ReadonlySet<string>): void => {
    const key = keyOf(node);
    const known = found.get(key) ?? { node, self: 0, total: 0 };
    known.self += node.hitCount ?? 0;
    // Counts a recursive function once.
    if (!above.has(key)) known.total += totals.get(node.id) ?? 0;
    found.set(key, known);
    const inside = above.has(key) ? above : new Set([...above, key]);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) visit(child, inside);
    }
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, new Set());
  return [...found.values()]
    .filter(({ node, self }) => self > 0 && !NOT_WORK.has(node.callFrame.functionName))
    .toSorted((a, b) => b.self - a.self)
    .slice(0, SHOWN);
}

const NOT_WORK = new Set(['(root)', '(idle)', '(program)']);

function hotLines({
  nodes,
}: CpuProfile): { name: string; url: string; line: number; ticks: number }[] {
  const found = new Map<string, { name: string; url: string; line: number; ticks: number }>();
  for (const { callFrame, positionTicks = [] } of nodes) {
    if (callFrame.url === '') continue;
    for (const { line, ticks } of positionTicks) {
      const key = `${callFrame.url}:${line}`;
      const name = callFrame.functionName || '(anonymous)';
      const known = found.get(key) ?? { name, url: callFrame.url, line, ticks: 0 };
      known.ticks += ticks;
      found.set(key, known);
    }
  }
  return [...found.values()].toSorted((a, b) => b.ticks - a.ticks).slice(0, SHOWN);
}

function keyOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  return `${functionName} ${url}:${lineNumber}`;
}

function ticksOf({ nodes }: CpuProfile, name: string): number {
  return sum(
    nodes.map(({ callFrame, hitCount = 0 }) => (callFrame.functionName === name ? hitCount : 0)),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Maps positions in the running code to the original source. */
class Places {
  readonly #maps = new Map<string, Promise<SourceMap | undefined>>();

  /** @param line from 0 */
  async of(url: string, line: number): Promise<string> {
    if (!url.startsWith('file:')) return url === '' ? '' : `${url}:${line + 1}`;
    const path = fileURLToPath(url);
    const entry = (await this.#mapOf(path))?.findEntry(line, 0);
    if (entry !== undefined && 'originalLine' in entry && entry.originalSource !== undefined) {
      const source = URL.parse(entry.originalSource, url);
      const original = source?.protocol === 'file:' ? fileURLToPath(source) : entry.originalSource;
      return `${relative(process.cwd(), original)}:${entry.originalLine + 1}`;
    }
    return `${relative(process.cwd(), path)}:${line + 1}`;
  }

  #mapOf(path: string): Promise<SourceMap | undefined> {
    const known = this.#maps.get(path);
    if (known !== undefined) return known;
    if (this.#maps.size >= MAX_MAPS) return Promise.resolve(undefined);
    const map = readMap(`${path}.map`);
    this.#maps.set(path, map);
    return map;
  }
}

async function readMap(path: string): Promise<SourceMap | undefined> {
  try {
    if ((await stat(path)).size > MAX_MAP_BYTES) return undefined;
    return new SourceMap(JSON.parse(await readFile(path, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
