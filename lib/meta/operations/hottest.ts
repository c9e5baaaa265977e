import { readFile, stat } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type FlameFrame, flameOf } from '../model/flame.ts';
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
  /** Its lines, in their order, with their shares without callees. */
  heat: { line: number; self: number }[];
}

/** Frame of the flame graph, with its place in the original source. */
export interface PlacedFrame extends Omit<FlameFrame, 'callFrame'> {
  name: string;
  location: string;
}

export interface Hottest {
  samples: number;
  /** Share of idle samples, 0 to 1. */
  idle: number;
  functions: HotSpot[];
  lines: Omit<HotSpot, 'total' | 'heat'>[];
  flame: { frames: PlacedFrame[]; omitted: number };
}

const SHOWN = 30;

/** Lines of one function, hottest first. */
const HEAT_LINES = 20;

/** Maximum number of files checked for source maps, and maximum size of a map. */
const MAX_MAPS = 100;
const MAX_MAP_BYTES = 20 * 1024 * 1024;

/** Hottest functions and lines of a profile. */
export async function hottest(profile: CpuProfile): Promise<Hottest> {
  const samples = sum(profile.nodes.map(({ hitCount = 0 }) => hitCount));
  const share = (ticks: number): number => (samples === 0 ? 0 : ticks / samples);
  const places = new Places();
  const functions = await Promise.all(
    hotFunctions(profile).map(async ({ node, self, total, ticks }) => ({
      name: node.callFrame.functionName || '(anonymous)',
      location: await places.of(node.callFrame.url, node.callFrame.lineNumber),
      self: share(self),
      total: share(total),
      heat: await heatOf(node.callFrame.url, ticks, places, share),
    })),
  );
  const lines = await Promise.all(
    hotLines(profile).map(async ({ name, url, line, ticks }) => ({
      name,
      location: await places.of(url, line - 1),
      self: share(ticks),
    })),
  );
  const idle = share(ticksOf(profile, '(idle)'));
  return { samples, idle, functions, lines, flame: await placedFlame(profile, places) };
}

async function placedFlame(profile: CpuProfile, places: Places): Promise<Hottest['flame']> {
  const { frames, omitted } = flameOf(profile);
  return { frames: await Promise.all(frames.map((frame) => placed(frame, places))), omitted };
}

async function placed({ callFrame, ...frame }: FlameFrame, places: Places): Promise<PlacedFrame> {
  const location = await places.of(callFrame.url, callFrame.lineNumber);
  return { ...frame, name: callFrame.functionName || '(anonymous)', location };
}

/** Heat by line of the original source; several lines of the code that runs may come from one. */
async function heatOf(
  url: string,
  ticks: ReadonlyMap<number, number>,
  places: Places,
  share: (ticks: number) => number,
): Promise<HotSpot['heat']> {
  const found = new Map<number, number>();
  for (const [line, count] of ticks) {
    // oxlint-disable-next-line no-await-in-loop -- the map of the file is read once
    const place = await places.of(url, line - 1);
    const original = Number(place.slice(place.lastIndexOf(':') + 1));
    found.set(original, (found.get(original) ?? 0) + count);
  }
  const heat = [...found].toSorted(([, a], [, b]) => b - a).slice(0, HEAT_LINES);
  return heat.toSorted(([a], [b]) => a - b).map(([line, count]) => ({ line, self: share(count) }));
}

interface HotFunction {
  node: ProfileNode;
  self: number;
  total: number;
  /** Samples by line of the code that runs. */
  ticks: Map<number, number>;
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
    const known = found.get(key) ?? { node, self: 0, total: 0, ticks: new Map() };
    known.self += node.hitCount ?? 0;
    addTicks(known.ticks, node);
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

function addTicks(into: Map<number, number>, { positionTicks = [] }: ProfileNode): void {
  for (const { line, ticks } of positionTicks) into.set(line, (into.get(line) ?? 0) + ticks);
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
