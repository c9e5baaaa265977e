/** Function and its position. */
export interface CallFrame {
  functionName: string;
  scriptId: string;
  url: string;
  /** Zero-based. */
  lineNumber: number;
  columnNumber: number;
}

export interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  hitCount?: number;
  children?: number[];
  positionTicks?: { line: number; ticks: number }[];
}

/** Profile in V8's format `.cpuprofile`. */
export interface CpuProfile {
  nodes: ProfileNode[];
  startTime: number;
  endTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

interface MergedNode extends ProfileNode {
  hitCount: number;
  children: number[];
  positionTicks: { line: number; ticks: number }[];
}

/**
 * Merges profiles of several processes: adds up equal call stacks and appends the samples of one
 * process after another, so that tools show the sum.
 */
export function mergeProfiles(profiles: readonly CpuProfile[]): CpuProfile {
  const merger = new Merger();
  for (const profile of profiles) merger.add(profile);
  return merger.profile;
}

const ROOT: CallFrame = {
  functionName: '(root)',
  scriptId: '0',
  url: '',
  lineNumber: -1,
  columnNumber: -1,
};

class Merger {
  readonly #nodes: MergedNode[] = [];
  readonly #byKey = new Map<string, MergedNode>();
  readonly #samples: number[] = [];
  readonly #timeDeltas: number[] = [];
  readonly #root = this.#create('', ROOT);
  #lengthUs = 0;

  get profile(): CpuProfile {
    return {
      nodes: this.#nodes,
      startTime: 0,
      endTime: this.#lengthUs,
      samples: this.#samples,
      timeDeltas: this.#timeDeltas,
    };
  }

  add({ nodes, startTime, endTime, samples = [], timeDeltas = [] }: CpuProfile): void {
    const ids = this.#merge(nodes);
    for (const sample of samples) this.#samples.push(ids.get(sample) ?? this.#root.id);
    for (const delta of timeDeltas) this.#timeDeltas.push(delta);
    this.#lengthUs += endTime - startTime;
  }

  /** Returns merged ids by original ids. Visits parents before their children. */
  #merge(nodes: readonly ProfileNode[]): Map<number, number> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const merged = new Map<number, number>();
    const [root] = nodes;
    const open: { node: ProfileNode; into: MergedNode }[] =
      root === undefined ? [] : [{ node: root, into: this.#root }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, into } = next;
      merged.set(node.id, into.id);
      addCounts(into, node);
      for (const id of node.children ?? []) {
        const child = byId.get(id);
        if (child !== undefined)
          open.push({ node: child, into: this.#childOf(into, child.callFrame) });
      }
    }
    return merged;
  }

  #childOf(parent: MergedNode, frame: CallFrame): MergedNode {
    const { functionName, url, lineNumber, columnNumber } = frame;
    const key = `${parent.id} ${functionName} ${url}:${lineNumber}:${columnNumber}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const created = this.#create(key, frame);
    parent.children.push(created.id);
    return created;
  }

  #create(key: string, callFrame: CallFrame): MergedNode {
    const id = this.#nodes.length + 1;
    const node = { id, callFrame, hitCount: 0, children: [], positionTicks: [] };
    this.#nodes.push(node);
    this.#byKey.set(key, node);
    return node;
  }
}

function addCounts(into: MergedNode, { hitCount = 0, positionTicks = [] }: ProfileNode): void {
  into.hitCount += hitCount;
  for (const { line, ticks } of positionTicks) {
    const known = into.positionTicks.find((one) => one.line === line);
    if (known === undefined) into.positionTicks.push({ line, ticks });
    else known.ticks += ticks;
  }
}
