import { setTimeout as sleep } from 'node:timers/promises';

import {
  type ClassResult,
  type OfferedClass,
  offer,
} from '../../../bench/admission/offered-load.ts';
import { startClients } from '../../support/kept-clients.ts';
import { IS_LONG } from '../../support/length.ts';
import { type Stood, watchStanding } from '../../support/standing.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';

/** What one process can do of `/blocking`, per second. */
export const CAPACITY = 50;

/** Seconds that are counted of each load. */
export const SECONDS = IS_LONG ? 300 : 5;

export const WARM_UP_SECONDS = 2;

const MEASURED_SECONDS = 3;

/** Time for all loads of a test, in milliseconds. */
export const WITHIN_MS = IS_LONG ? 1_800_000 : 90_000;

export type Phases = OfferedClass['phases'];

/** What became of each class, and for how long the machine stood still meanwhile. */
export type Loaded<N extends string> = Record<N, ClassResult> & Stood;

export function startOverloaded(workers = 1): Promise<TestGroup> {
  return startGroup({ app: 'overload.app', options: { workers } });
}

export function steady(perSecond: number): Phases {
  return [{ seconds: SECONDS + WARM_UP_SECONDS, perSecond }];
}

export function blocking<N extends string>(
  name: N,
  perSecond: number,
  priority?: string,
): OfferedClass & { name: N } {
  const headers: Record<string, string> = priority === undefined ? {} : { 'x-priority': priority };
  return { name, path: '/blocking', headers, phases: steady(perSecond) };
}

/** More than a dependency can do that has become slow. */
export function dependent(seconds: number): (OfferedClass & { name: 'all' })[] {
  return [{ name: 'all', path: '/dependent', phases: [{ seconds, perSecond: 400 }] }];
}

export async function load<N extends string>(
  { port }: TestGroup,
  classes: readonly (OfferedClass & { readonly name: N })[],
  {
    warmUpSeconds = WARM_UP_SECONDS,
    connections = 128,
  }: { warmUpSeconds?: number; connections?: number } = {},
): Promise<Loaded<N>> {
  const about = { connections, warmUpSeconds, seed: 11 };
  const watched = await watchStanding(() => offer({ port, classes, ...about }));
  // The generator answers for each class that it was given.
  const { result, ...stood } = watched;
  return { ...(result as Record<N, ClassResult>), ...stood };
}

/**
 * What the process can do of `/blocking` per second on this machine, `CAPACITY` at most: a wait of
 * 20 ms takes longer where cores wake slowly. Two clients always have one request waiting.
 */
export async function measureCapacity({ port }: TestGroup): Promise<number> {
  const clients = startClients({ port, path: '/blocking', clients: 2, keepAlive: true });
  await sleep(WARM_UP_SECONDS * 1_000);
  const [before, startedAt] = [clients.sent, performance.now()];
  await sleep(MEASURED_SECONDS * 1_000);
  const perSecond = ((clients.sent - before) * 1_000) / (performance.now() - startedAt);
  await clients.stop();
  return Math.min(CAPACITY, perSecond);
}

/** Answers in time, of what can be done in the time in which the machine ran. */
export function shareOf(capacity: number, { good, seconds }: ClassResult, stoodMs: number): number {
  return good / (seconds - stoodMs / 1_000) / capacity;
}

export function refusedOf({ refused, ended }: ClassResult): number {
  return refused / ended;
}

/** Most of a load that a machine which stood still excuses: else a test could not fail. */
const MOST_EXCUSED = 0.1;

/** The part of a load that came while the machine stood still, or just after. */
export function shareStood({ seconds }: ClassResult, stoodMs: number): number {
  return Math.min(MOST_EXCUSED, (2 * stoodMs) / 1_000 / seconds);
}
