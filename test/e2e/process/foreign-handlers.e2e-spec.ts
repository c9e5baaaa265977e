import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { outcome } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { sendSlow } from './ends.ts';

const SLOW = '/lab/sleep?ms=2000';

/** Where a handler comes from. */
type Place = 'a file of --import' | 'the start of the application';

/** Who gets the signal, and how many workers there are: the primary has to tell each of them. */
const RECEIVERS = [
  ['the primary alone', 2],
  ['all processes', 1],
] as const;

type Receiver = (typeof RECEIVERS)[number][0];

/** The first of several ways to the same end; the long form goes all. */
function tried<T>(ways: readonly T[]): readonly T[] {
  return IS_LONG ? ways : ways.slice(0, 1);
}

describe('Handlers that others have registered for the end of a process', () => {
  it.each([
    ['the primary alone', 'a file of --import'],
    ['all processes', 'a file of --import'],
    ['all processes', 'the start of the application'],
  ] as const)(
    'R7 SIGTERM to %s cuts no request although a handler of %s ends its process at once.',
    async (receiver, place) => {
      const group = await startWith('exit-on-term', place, receiver === 'all processes' ? 1 : 2);
      const requests = await sendSlow(group, 4, SLOW);
      signal(group, receiver);
      expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => 200));
      expect(await group.untilExited()).toEqual({ code: 0, signal: null });
    },
  );

  it('R7 SIGTERM to one worker alone cuts no request although a handler of the application ends it at once.', async () => {
    const group = await startWith('exit-on-term', 'the start of the application', 1);
    const [victim] = await group.untilAllReady();
    const requests = await sendSlow(group, 4, SLOW);
    process.kill(victim?.pid ?? 0, 'SIGTERM');
    expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => 200));
    await until('another worker', async () => !(await group.pids()).includes(victim?.pid ?? 0));
    expect(await group.untilAllReady()).toHaveLength(1);
  });

  it.each(tried(RECEIVERS))(
    'R7 What a file of --import has gathered is handed over by the primary and by every worker after SIGTERM to %s, once by each handler.',
    async (receiver, workers) => {
      const { group, flushed } = await startFlushing('a file of --import', workers);
      const pids = [group.pid, ...(await group.pids())];
      signal(group, receiver);
      expect(await group.untilExited()).toEqual({ code: 0, signal: null });
      const ours = flushed().filter((line) => pids.some((pid) => line.startsWith(`${pid} `)));
      expect(ours.toSorted()).toEqual(onceEach(pids));
    },
  );

  it.each(tried(RECEIVERS.toReversed()))(
    'R7 What the application has gathered is handed over by every worker after SIGTERM to %s, once by each handler.',
    async (receiver, workers) => {
      const { group, flushed } = await startFlushing('the start of the application', workers);
      const pids = await group.pids();
      signal(group, receiver);
      expect(await group.untilExited()).toEqual({ code: 0, signal: null });
      expect(flushed().toSorted()).toEqual(onceEach(pids));
    },
  );

  it.each(tried(['the start of the application', 'a file of --import'] as const))(
    'R7 Workers that are reloaded or recycled hand over what they have gathered, by handlers of %s.',
    async (place) => {
      const { group, flushed } = await startFlushing(place, 1);
      const reloaded = await group.pids();
      group.signal('SIGHUP');
      await until('the reload', () => group.log.some(({ msg }) => msg === 'reloaded'));
      const [recycled] = await group.untilAllReady();
      if (recycled === undefined) throw new Error('no worker');
      await group.post('/api/v1/operations/recycle', { worker: recycled.id }, {});
      await group.untilWorker(recycled.slot, 'recycled', ({ id }) => id !== recycled.id);
      await until('nobody else', async () => (await group.everyWorker()).length === 1);
      expect(flushed().toSorted()).toEqual(onceEach([...reloaded, recycled.pid]));
    },
  );
});

function startWith(
  handlers: 'exit-on-term' | 'flush-at-end',
  place: Place,
  workers: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TestGroup> {
  const url = new URL(`../../fixtures/dist/preload/${handlers}.js`, import.meta.url).href;
  const isImported = place === 'a file of --import';
  return startGroup({
    app: 'late-handlers.app',
    options: {
      workers,
      acceptQueue: PATIENT,
      drain: { idleGraceMs: 100 },
      meta: { port: 0, allow: ['recycle'] },
      reload: { canaryMs: 100 },
    },
    env: isImported ? env : { ...env, LOADED_BY_APP: url },
    ...(isImported ? { preload: url } : {}),
  });
}

/** A group whose processes note in a file that they have handed over what they gathered. */
async function startFlushing(
  place: Place,
  workers: number,
): Promise<{ group: TestGroup; flushed: () => string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'flushing-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'flushed');
  writeFileSync(file, '');
  const group = await startWith('flush-at-end', place, workers, { FLUSH_FILE: file });
  return { group, flushed: () => readFileSync(file, 'utf8').split('\n').slice(0, -1) };
}

/** The lines of these processes, each with one for each handler. */
function onceEach(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => [`${pid} SIGTERM`, `${pid} beforeExit`]).toSorted();
}

function signal(group: TestGroup, receiver: Receiver): void {
  if (receiver === 'all processes') group.signalAll('SIGTERM');
  else group.signal('SIGTERM');
}
