import { setTimeout as wait } from 'node:timers/promises';

import { ignore } from '../../common/ignore.ts';
import type { BufferCount, ClassCount } from '../../insight/heap-census.ts';
import type { ProcessCensus } from '../../insight/take-census.ts';
import { OperationError, QueryError } from '../meta.errors.ts';
import { bytes as sizeText } from '../view/format.ts';
import type { Job, Operation } from './operation.ts';
import { WORKER_FIELD } from './worker-field.ts';

/** Count and bytes at the second sample, and their changes since the first. */
export interface CountGrowth {
  count: number;
  countChange: number;
  bytes: number;
  bytesChange: number;
}

export interface ClassGrowth extends CountGrowth {
  name: string;
}

export interface BufferGrowth extends CountGrowth {
  /** Range of sizes. */
  size: string;
}

export interface MemoryGrowth {
  memory: string;
  bytes: number;
  bytesChange: number;
}

export interface HeapGrowth {
  worker: number;
  seconds: number;
  /** Longest block of the event loop by one of the two samples. */
  blockedMs: number;
  memory: MemoryGrowth[];
  /** Largest growth first. */
  classes: ClassGrowth[];
  /** Memory behind `Buffer` and typed arrays, by size. */
  buffers: BufferGrowth[];
}

const MAX_SECONDS = 600;
/** Half of the silence after which a worker is replaced. */
const MAX_BLOCKED_MS = 5_000;

/** Time for an answer, beside the block. */
const MARGIN_MS = 10_000;

const SHOWN = 50;

/** Compares two counts of the live objects of a worker. */
export const heapGrowthOperation: Operation = {
  name: 'heap-growth',
  title: 'Heap growth by class',
  summary:
    'Counts live objects by class twice and lists growth, Buffers included, without contents. Each ' +
    'count blocks the event loop of the worker for half a second and 20 ms per MB of heap.',
  access: 'operate',
  guard: 'heap-growth',
  fields: [
    WORKER_FIELD,
    { name: 'seconds', label: `Seconds between (1 to ${MAX_SECONDS})`, kind: 'number', preset: 30 },
    { name: 'maxBlockedMs', label: 'Max block (ms)', kind: 'number', preset: 2_000 },
  ],
  async run(job) {
    const worker = Number(job.input['worker']);
    const seconds = Number(job.input['seconds']);
    if (!(seconds >= 1 && seconds <= MAX_SECONDS)) {
      throw new QueryError(`seconds must be from 1 to ${MAX_SECONDS}`);
    }
    const maxBlockedMs = Number(job.input['maxBlockedMs']);
    if (!Number.isInteger(maxBlockedMs) || maxBlockedMs < 100 || maxBlockedMs > MAX_BLOCKED_MS) {
      throw new QueryError(`maxBlockedMs must be a whole number from 100 to ${MAX_BLOCKED_MS}`);
    }
    job.progress('first count');
    const before = await countIn(job, worker, maxBlockedMs);
    job.progress(`waiting for ${seconds} s`);
    await wait(seconds * 1_000, undefined, { signal: job.signal }).catch(ignore);
    if (job.signal.aborted) throw new OperationError('It was cancelled', 409);
    job.progress('second count');
    const after = await countIn(job, worker, maxBlockedMs);
    return { worker, seconds, ...heapGrowthOf(before, after) } satisfies HeapGrowth;
  },
};

async function countIn(
  { reports }: Job,
  worker: number,
  maxBlockedMs: number,
): Promise<ProcessCensus> {
  const options = { worker, timeoutMs: maxBlockedMs + MARGIN_MS };
  const { data } = await reports.run<ProcessCensus>('heap-census.take', { maxBlockedMs }, options);
  const [answer] = data;
  if (answer === undefined) throw new OperationError('The worker did not answer', 503);
  return answer.value;
}

/** What changed from one count to the next, largest growth first. */
export function heapGrowthOf(
  before: ProcessCensus,
  after: ProcessCensus,
): Omit<HeapGrowth, 'worker' | 'seconds'> {
  return {
    blockedMs: Math.max(before.blockedMs, after.blockedMs),
    memory: memoryGrowth(before.memory, after.memory),
    classes: classGrowth(before.classes, after.classes),
    buffers: after.buffers.map((buffers, at) => ({
      size: rangeOf(after.buffers[at - 1]?.belowBytes ?? 0, buffers.belowBytes),
      ...changeOf(before.buffers[at], buffers),
    })),
  };
}

const MEMORY: { readonly [K in keyof ProcessCensus['memory']]: string } = {
  rssBytes: 'RSS',
  heapUsedBytes: 'Heap used',
  externalBytes: 'External',
  arrayBuffersBytes: 'Array buffers',
};

function memoryGrowth(
  before: ProcessCensus['memory'],
  after: ProcessCensus['memory'],
): MemoryGrowth[] {
  const names = Object.keys(MEMORY) as (keyof typeof MEMORY)[];
  return names.map((name) => {
    return { memory: MEMORY[name], bytes: after[name], bytesChange: after[name] - before[name] };
  });
}

function classGrowth(before: readonly ClassCount[], after: readonly ClassCount[]): ClassGrowth[] {
  const earlier = new Map(before.map((one) => [one.name, one]));
  const later = new Map(after.map((one) => [one.name, one]));
  const names = [...new Set([...later.keys(), ...earlier.keys()])];
  return names
    .map((name): ClassGrowth => {
      const { count, countChange, bytes, bytesChange } = changeOf(
        earlier.get(name),
        later.get(name),
      );
      return { name, count, countChange, bytes, bytesChange };
    })
    .filter(({ countChange, bytesChange }) => countChange !== 0 || bytesChange !== 0)
    .toSorted((a, b) => b.bytesChange - a.bytesChange)
    .slice(0, SHOWN);
}

type Counted = Pick<ClassCount | BufferCount, 'count' | 'bytes'>;

const NONE: Counted = { count: 0, bytes: 0 };

function changeOf(before: Counted = NONE, { count, bytes }: Counted = NONE): CountGrowth {
  return { count, countChange: count - before.count, bytes, bytesChange: bytes - before.bytes };
}

function rangeOf(from: number, below: number | null): string {
  return below === null ? `from ${sizeText(from)}` : `${sizeText(from)} to ${sizeText(below)}`;
}
