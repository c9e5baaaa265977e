import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Above this, a collection takes too long, and saves too little of it. */
const MOST_BYTES = 256 << 20;

type Collect = (options: object) => void;

const ALL = { type: 'major', execution: 'sync', flavor: 'last-resort' };
const GARBAGE_ALONE = { type: 'major', execution: 'sync' };

/**
 * Collects the garbage of this thread and its code, and returns their memory to the system. Loading
 * modules grows a heap to twice what stays in use, and V8 shrinks an idle heap late or never. Blocks
 * for some 50 ms; does nothing to a large heap.
 *
 * For threads that have yet to work, or have much to return: V8 must compile again what is run after
 * it.
 *
 * @param rounds several also drop code that was not run since: what a thread needs only once
 */
export function collectAll(rounds = 1): void {
  collect(ALL, rounds);
}

/** The same for a thread that has worked: keeps its code. Returns memory only as V8 sees fit. */
export function collectGarbage(): void {
  collect(GARBAGE_ALONE, 1);
}

function collect(kind: object, rounds: number): void {
  if (process.memoryUsage().heapUsed > MOST_BYTES) return;
  setFlagsFromString('--expose-gc');
  const run = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  for (let round = 0; round < rounds; round++) run(kind);
}
