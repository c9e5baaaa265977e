import { isAlive } from '../../support/processes.ts';
import type { Exchange } from '../../support/raw-connection.ts';
import type { TestGroup } from '../../support/test-group.ts';
import { HopelessError, until } from '../../support/until.ts';

/** A shutdown hook that `hooks.app` has run. */
interface HookRun {
  hook: string;
  pid: number;
  signal: string | null;
}

/** What each process ran of its hooks, in order. */
export function hooksRun(output: string): Map<number, string[]> {
  const runs = new Map<number, string[]>();
  for (const line of output.split('\n').slice(0, -1)) {
    if (!line.startsWith('{"hook":')) continue;
    const { hook, pid, signal } = JSON.parse(line) as HookRun;
    runs.set(pid, [...(runs.get(pid) ?? []), signal === null ? hook : `${hook} ${signal}`]);
  }
  return runs;
}

/** Every hook once, with the signal where Nest tells it. */
export function everyHookOnce(signal: NodeJS.Signals): string[] {
  return [
    'onModuleDestroy',
    `beforeApplicationShutdown ${signal}`,
    `onApplicationShutdown ${signal}`,
  ];
}

/** Requests that take a while; all are in their handlers when this resolves. */
export async function sendSlow(
  group: TestGroup,
  count: number,
  path = '/sleep?ms=2000',
): Promise<Promise<Exchange>[]> {
  const requests = Array.from({ length: count }, () => group.get(path));
  await until(`${count} requests in flight`, async () => {
    const workers = await group.workers();
    return workers.reduce((sum, { inFlight }) => sum + inFlight, 0) === count;
  });
  return requests;
}

/** Waits until all workers are READY, by the log alone: pages may be what is wrong. */
export async function untilServing(group: TestGroup, workers: number): Promise<void> {
  const state = await untilServingOrEnded(group, workers);
  if (state === 'ended') throw new HopelessError('it has ended');
}

/** Waits until all workers are READY, or the primary has ended. */
export function untilServingOrEnded(
  group: TestGroup,
  workers: number,
): Promise<'serving' | 'ended'> {
  return until('all workers, or the end', () => {
    const ready = group.log.filter(({ msg }) => msg === 'worker ready');
    if (ready.length === workers) return 'serving';
    return !isAlive(group.pid) && 'ended';
  });
}
