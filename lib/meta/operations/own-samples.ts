import type { CpuProfile, ProfileNode } from './merge-profiles.ts';

/** Library of Node through which profiles are taken. */
const INSPECTOR = 'node:inspector';

/** Removes the samples of the profiler itself: what starts and stops it is no work of the application. */
export function withoutProfiler(profile: CpuProfile): CpuProfile {
  const own = ownIds(profile.nodes);
  if (own.size === 0) return profile;
  const { samples = [], timeDeltas = [] } = profile;
  const isKept = samples.map((id) => !own.has(id));
  return {
    ...profile,
    nodes: profile.nodes.filter(({ id }) => !own.has(id)).map((node) => withoutChildren(node, own)),
    samples: samples.filter((_, at) => isKept[at]),
    timeDeltas: timeDeltas.filter((_, at) => isKept[at]),
  };
}

function withoutChildren(node: ProfileNode, ids: ReadonlySet<number>): ProfileNode {
  return { ...node, children: node.children?.filter((id) => !ids.has(id)) ?? [] };
}

/** Ids of the inspector's frames, and of all that they call. */
function ownIds(nodes: readonly ProfileNode[]): Set<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const open = nodes.filter(({ callFrame }) => callFrame.url.startsWith(INSPECTOR));
  const own = new Set<number>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (own.has(node.id)) continue;
    own.add(node.id);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) open.push(child);
    }
  }
  return own;
}
