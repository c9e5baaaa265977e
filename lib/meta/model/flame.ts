import type { CallFrame, CpuProfile, ProfileNode } from '../operations/merge-profiles.ts';

/**
 * Whose code a frame is: the application's, a package's, that of Node's library, or of the engine
 * (garbage collection, native functions).
 */
export type FrameKind = 'app' | 'package' | 'node' | 'engine';

/** Frame of a flame graph, from 0 to 1 on a line of all samples that were not idle. */
export interface FlameFrame {
  /** 0: called from nowhere. */
  depth: number;
  from: number;
  /** Share of samples, with callees. */
  total: number;
  /** Share of samples, without callees. */
  self: number;
  kind: FrameKind;
  callFrame: CallFrame;
}

export interface Flame {
  /** Samples that were not idle. */
  samples: number;
  /** Callers before callees. */
  frames: FlameFrame[];
  /** Frames that are narrower than the limit, deeper, or too many. */
  omitted: number;
}

/** Narrowest frame. */
const MIN_SHARE = 0.001;

/** Most frames: what a page can hold, widest first. */
const MAX_FRAMES = 600;
const MAX_DEPTH = 100;

const IDLE = '(idle)';

/** Lays out a profile as a flame graph: callees below their callers, widest first. Leaves out idle time. */
export function flameOf(profile: CpuProfile): Flame {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const totals = totalsOf(profile.nodes, byId);
  const [root] = profile.nodes;
  const samples = root === undefined ? 0 : (totals.get(root.id) ?? 0);
  if (root === undefined || samples === 0) return { samples: 0, frames: [], omitted: 0 };
  const frames: FlameFrame[] = [];
  let omitted = 0;
  const place = (parent: ProfileNode, depth: number, start: number): void => {
    let from = start;
    for (const node of childrenOf(parent, byId, totals)) {
      const ticks = totals.get(node.id) ?? 0;
      const total = ticks / samples;
      if (total < MIN_SHARE || depth >= MAX_DEPTH) {
        omitted++;
        continue;
      }
      const { callFrame, hitCount = 0 } = node;
      const kind = kindOf(callFrame);
      frames.push({ depth, from, total, self: hitCount / samples, kind, callFrame });
      place(node, depth + 1, from);
      from += total;
    }
  };
  place(root, 0, 0);
  const kept = widest(frames);
  return { samples, frames: kept, omitted: omitted + frames.length - kept.length };
}

/** A callee is never wider than its caller, so that no caller of what is kept is left out. */
function widest(frames: readonly FlameFrame[]): FlameFrame[] {
  const sorted = frames.toSorted((a, b) => b.total - a.total || a.depth - b.depth);
  return sorted.slice(0, MAX_FRAMES).toSorted((a, b) => a.depth - b.depth || a.from - b.from);
}

function childrenOf(
  { children = [] }: ProfileNode,
  byId: ReadonlyMap<number, ProfileNode>,
  totals: ReadonlyMap<number, number>,
): ProfileNode[] {
  const found = children.flatMap((id) => byId.get(id) ?? []);
  const busy = found.filter(({ id }) => (totals.get(id) ?? 0) > 0);
  return busy.toSorted((a, b) => (totals.get(b.id) ?? 0) - (totals.get(a.id) ?? 0));
}

/** Samples of each node with its callees, by id. Goes backwards: callees follow their callers. */
function totalsOf(
  nodes: readonly ProfileNode[],
  byId: ReadonlyMap<number, ProfileNode>,
): Map<number, number> {
  const totals = new Map<number, number>();
  for (const { id, callFrame, hitCount = 0, children = [] } of nodes.toReversed()) {
    const own = callFrame.functionName === IDLE ? 0 : hitCount;
    const below = children.map((child) => (byId.has(child) ? (totals.get(child) ?? 0) : 0));
    totals.set(id, own + below.reduce((sum, ticks) => sum + ticks, 0));
  }
  return totals;
}

export function kindOf({ url }: Pick<CallFrame, 'url'>): FrameKind {
  if (url === '') return 'engine';
  if (url.startsWith('node:')) return 'node';
  return url.includes('/node_modules/') ? 'package' : 'app';
}
