import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { jsonOf } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** Longest time that an answer of the application may take meanwhile, in milliseconds. */
const LIMIT_MS = 2_000;

/** Longer than any page or operation. */
const HOLD_SECONDS = 120;

const OPERATIONS = [
  'diagnostic-report',
  'incident-bundle',
  'cpu-profile',
  'heap-profile',
  'stacks',
];

interface Index {
  links: { href: string; methods: string[] }[];
}

interface State {
  pid: number;
  busy: number;
}

interface Run {
  id: string;
  state: 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
}

async function stateOf(group: TestGroup): Promise<State> {
  return until('an answer', async () => jsonOf(await group.get('/state')) as State);
}

/** Waits until a thread of each pool is in native code, and starts that when it is over. */
async function holdThreads(group: TestGroup): Promise<void> {
  if ((await stateOf(group)).busy > 0) return;
  await group.get(`/hold?seconds=${HOLD_SECONDS}`);
  await until('both threads at work', async () => (await stateOf(group)).busy === 2);
}

/** Asks the application again and again. @returns the longest that it took, since it was asked last */
function watchLoop(group: TestGroup, ended: AbortSignal): () => number {
  let longestMs = 0;
  let askedAt = performance.now();
  const watch = async (): Promise<void> => {
    while (!ended.aborted) {
      askedAt = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await group.get('/state', { withinMs: 60_000 });
      longestMs = Math.max(longestMs, performance.now() - askedAt);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await sleep(20);
    }
  };
  void watch();
  return () => {
    const longest = Math.max(longestMs, performance.now() - askedAt);
    longestMs = 0;
    return longest;
  };
}

async function runToEnd(group: TestGroup, name: string): Promise<void> {
  const input = name.endsWith('profile') ? { seconds: 1 } : {};
  const { body } = await group.post(`/api/v1/operations/${name}`, input, {});
  const { id } = body as Run;
  await until(
    `the end of ${name}`,
    async () => (await group.read<Run>(`/api/v1/operations/${id}`)).state !== 'RUNNING',
    { withinMs: 60_000 },
  );
}

describe('while threads are in native code', () => {
  it('R12 No page, no answer of the API and no operation holds up the event loop of a worker.', async () => {
    const group = await startGroup({
      app: 'native.app',
      options: {
        workers: 1,
        acceptQueue: PATIENT,
        meta: { port: 0, allow: ['diagnostic-report', 'cpu-profile', 'heap-profile'] },
      },
    });
    const { pid } = await stateOf(group);
    const index = JSON.parse((await group.page('/api/v1')).body) as Index;
    const paths = index.links
      .filter(({ href, methods }) => methods.includes('GET') && !href.includes('{'))
      .map(({ href }) => href);
    expect(paths.length).toBeGreaterThan(20);
    const asks = [...paths, '/metrics'].flatMap((path) => [
      [path, () => group.page(path)],
      [
        path.replace('/api/v1', '') || '/',
        () => group.page(path.replace('/api/v1', '') || '/', { accept: 'text/html' }),
      ],
    ]) as [string, () => Promise<unknown>][];
    for (const name of OPERATIONS) asks.push([name, () => runToEnd(group, name)]);

    const ended = new AbortController();
    const late: Record<string, number> = {};
    await holdThreads(group);
    const longestMs = watchLoop(group, ended.signal);
    for (const [name, ask] of asks) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await holdThreads(group);
      longestMs();
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await ask();
      // What was begun for it may hold up the loop for longer than the answer took.
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await stateOf(group);
      const tookMs = longestMs();
      if (tookMs <= LIMIT_MS) continue;
      // The worker is ended for it, and the rest would meet its successor.
      late[name] = Math.round(tookMs);
      break;
    }
    ended.abort();
    expect(late).toEqual({});
    expect((await stateOf(group)).pid).toBe(pid);
    expect(group.output).not.toContain('event loop was');
  });
});
