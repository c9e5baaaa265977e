import { readdirSync, readFileSync } from 'node:fs';

const NANOSECONDS_PER_SECOND = 1e9;

/** A process and everything that descends from it. Linux: reads /proc. */
export function processTree(root: number): number[] {
  const children = childrenByParent();
  const tree = [root];
  // Grows while it is walked.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  return children;
}

/** The name of a process may hold spaces and parentheses: what follows is after the last one. */
function parentOf(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent);
}

/** CPU time of some processes since they started, all threads that live, in seconds. */
export function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSecondsOfOne(pid), 0);
}

/** The scheduler's own account is in nanoseconds; utime and stime would come in steps of 10 ms. */
function cpuSecondsOfOne(pid: number): number {
  const directory = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const thread of readdirSync(directory)) {
    const account = readIfThere(`${directory}/${thread}/schedstat`);
    nanoseconds += Number(account?.split(' ', 1)[0] ?? 0);
  }
  return nanoseconds / NANOSECONDS_PER_SECOND;
}

/** Memory of some processes that no other process shares, in bytes. */
export function privateBytesOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const rollup = readIfThere(`/proc/${pid}/smaps_rollup`) ?? '';
    const kilobytes = rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm);
    return sum + Array.from(kilobytes, ([, text]) => Number(text) * 1_024).reduce(add, 0);
  }, 0);
}

function add(a: number, b: number): number {
  return a + b;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
