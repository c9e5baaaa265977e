import { setTimeout as sleep } from 'node:timers/promises';

/** Sends at a fixed rate, whether answers come or not, and returns all results. */
export async function steadily<T>(
  { everyMs, forMs }: { everyMs: number; forMs: number },
  send: () => Promise<T>,
): Promise<T[]> {
  const startedAt = performance.now();
  const sent: Promise<T>[] = [];
  for (let count = 0; count * everyMs < forMs; count++) {
    // oxlint-disable-next-line no-await-in-loop -- the rate is the point
    await sleep(Math.max(0, startedAt + count * everyMs - performance.now()));
    sent.push(send());
  }
  return Promise.all(sent);
}

/** Sends `total` in all, never more than `atOnce` unanswered, and returns all results. */
export async function flood<T>(
  { total, atOnce }: { total: number; atOnce: number },
  send: () => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let left = total;
  const sender = async (): Promise<void> => {
    while (left-- > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      results.push(await send());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return results;
}

/** How often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The value below which so much of all values lies, 0 to 1. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Shows what a test measured, next to its limits. */
export function report(scenario: string, figures: Record<string, number | string>): void {
  const rounded = Object.entries(figures).map(([name, value]) => {
    return `${name} ${typeof value === 'number' ? Math.round(value * 10) / 10 : value}`;
  });
  console.info(`${scenario}: ${rounded.join(', ')}`);
}
