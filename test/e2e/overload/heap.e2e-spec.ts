import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';

/** What an answer says of the heap. */
interface Leaked {
  pid: number;
  oldBytes: number;
}

/** What the admission of a worker says of its memory. */
type Rung = 'NONE' | 'STOP_KEEP_ALIVE' | 'REFUSE';

const MIB = 1024 * 1024;

/** Share of the old generation from which on it leaks slowly. */
const SLOWLY_FROM = 0.78;

/** Steps of the leak, as shares of the old generation, and the pause after each of the slow ones. */
const FAST_STEP = 0.01;
const SLOW_STEP = 0.001;
const PAUSE_MS = 100;

async function rungOf(group: TestGroup): Promise<Rung | undefined> {
  const [first] = await group.read<{ value: { memory: { rung: Rung } } }[]>('/api/v1/admission');
  return first?.value.memory.rung;
}

/** Notes each rung that a page shows, once, up to the last one or the end of the test. */
async function watchRungs(group: TestGroup, ended: AbortSignal): Promise<Rung[]> {
  const rungs: Rung[] = [];
  while (rungs.at(-1) !== 'REFUSE' && !ended.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const rung = await rungOf(group).catch(() => undefined);
    if (rung !== undefined && rung !== rungs.at(-1)) rungs.push(rung);
    // oxlint-disable-next-line no-await-in-loop -- likewise
    await sleep(PAUSE_MS);
  }
  return rungs;
}

/** Leaks with each request until the worker answers none of them. @returns what it did instead */
async function leakUntilRefused(group: TestGroup, pid: number, sizeBytes: number): Promise<string> {
  let share = 0;
  for (;;) {
    const isSlow = share >= SLOWLY_FROM;
    const kib = Math.ceil((sizeBytes * (isSlow ? SLOW_STEP : FAST_STEP)) / 1024);
    // oxlint-disable-next-line no-await-in-loop -- one request after the other
    const { status, body, errorCode } = await group.get(`/leak?kib=${kib}`);
    if (status !== 200) return `answered ${status ?? errorCode ?? 'nothing'}`;
    const leaked = JSON.parse(body) as Leaked;
    if (leaked.pid !== pid) return `ended at ${Math.round(100 * share)} %`;
    share = leaked.oldBytes / sizeBytes;
    // oxlint-disable-next-line no-await-in-loop -- the heap is to fill slowly at its end
    await sleep(isSlow ? PAUSE_MS : 0);
  }
}

describe('a heap that leaks', () => {
  it.each(IS_LONG ? [96, 256, 512] : [96, 512])(
    'R17 A worker with %d MiB first lets no connection stay and then refuses, before it runs out of memory.',
    async (mib) => {
      vi.stubEnv('NODE_OPTIONS', `--max-old-space-size=${mib}`);
      onTestFinished(() => void vi.unstubAllEnvs());
      const group = await startGroup({
        app: 'leaking.app',
        // What a machine that is busy collecting makes of the loop is not looked at.
        options: { workers: 1, acceptQueue: PATIENT, recycle: { maxLoopDelayMs: 60_000 } },
      });
      const [pid = 0] = await group.pids();
      const ended = new AbortController();
      const watched = watchRungs(group, ended.signal);
      const outcome = await leakUntilRefused(group, pid, mib * MIB);
      if (outcome !== 'answered 503') ended.abort();
      expect([outcome, ...(await watched)]).toEqual([
        'answered 503',
        'NONE',
        'STOP_KEEP_ALIVE',
        'REFUSE',
      ]);
      expect(await group.pids()).toEqual([pid]);
      expect(group.output).not.toContain('heap out of memory');
    },
  );
});
