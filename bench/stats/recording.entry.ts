import { Stats } from 'nestjs-buttress';
import { Counter as TheirCounter, Histogram } from 'prom-client';

/** What one operation cost. */
export interface Cost {
  nanoseconds: number;
  bytes: number;
}

const WARM_UP = 1_000_000;
const OPERATIONS = 1_000_000;
const ROUNDS = 7;

const NANOSECONDS_PER_MS = 1e6;

const stats = new Stats();
const value = stats.value('value');
const duration = stats.duration('duration');
const counter = stats.counter('counter');
const histogram = new Histogram({ name: 'histogram', help: 'help' });
const theirCounter = new TheirCounter({ name: 'counter', help: 'help' });

/** Each takes a number that is another one every time. */
const operations: Record<string, (n: number) => void> = {
  value: (n) => value.record(n),
  duration: (n) => duration.record(n),
  histogram: (n) => histogram.observe(n),
  counter: () => counter.add(),
  'prom-counter': () => theirCounter.inc(),
};

/**
 * Numbers that lie in memory as objects already: one that is computed for a call may have to be
 * made into one, and that garbage would be counted. The text at the end keeps them so.
 */
const NUMBERS: unknown[] = Array.from({ length: 1_000 }, (_, n) => n / 100 + 0.001);
NUMBERS.push('');

function run(operation: (n: number) => void, count: number): void {
  for (let n = 0; n < count; n++) operation(NUMBERS[n % 1_000] as number);
}

function measure(operation: (n: number) => void): Cost {
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  run(operation, OPERATIONS);
  const tookMs = performance.now() - startedAt;
  const bytes = (process.memoryUsage().heapUsed - heapBefore) / OPERATIONS;
  return { nanoseconds: (tookMs * NANOSECONDS_PER_MS) / OPERATIONS, bytes };
}

const rounds: Record<string, Cost>[] = [];
for (const operation of Object.values(operations)) run(operation, WARM_UP);
for (let round = 0; round < ROUNDS; round++) {
  const costs = Object.entries(operations).map(([name, run_]) => [name, measure(run_)] as const);
  rounds.push(Object.fromEntries(costs));
}
process.send?.(rounds);
