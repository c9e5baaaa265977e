import type { ReloadOptions } from 'nestjs-buttress/cluster';
import { describe, expect, it } from 'vitest';

import type { WorkerSnapshot } from '../../../lib/cluster/supervision/workers-snapshot.ts';
import { flood, report } from '../../support/load.ts';
import { type LogRecord, PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Turnover {
  reload: { phase: string; replaced: number; of: number; isFollowed: boolean } | null;
  underWay: { slot: number; phase: string; reason: string }[];
}

const AS_HTML = { accept: 'text/html' };

/** A busy machine starts workers slowly. */
const LATE = { withinMs: 60_000 };

/** Longer than any of these tests. */
const LONG_MS = 3_600_000;

describe('A reload', () => {
  it('F17 proves one new worker alone, and shows that on the pages and in the log.', async () => {
    const group = await startLab({ canaryMs: LONG_MS, maxSurge: 2 });
    const before = await group.pids();
    group.signal('SIGHUP');
    await untilProving(group, [0]);
    group.signal('SIGHUP');
    const { reload, underWay } = await until('another reload', async () => {
      const turnover = await group.read<Turnover>('/api/v1/exits');
      return turnover.reload?.isFollowed === true && turnover;
    });
    expect(underWay).toEqual([{ slot: 0, phase: 'PROVING', reason: 'reload' }]);
    expect(reload).toMatchObject({ phase: 'CANARY', replaced: 0, of: 3 });
    expect(await group.read<Turnover>('/api/v1/overview')).toMatchObject({ reload });
    expect((await group.page('/exits', AS_HTML)).body).toMatch(/CANARY[^]*0 of 3[^]*PROVING/);
    expect((await group.page('/', AS_HTML)).body).toContain('0 of 3 workers replaced');
    expect(successorsIn(await group.everyWorker())).toHaveLength(1);
    expect(await group.pids()).toEqual(before);
    expect(group.log.filter(({ msg }) => msg === 'canary is well')).toEqual([]);
  });

  it('F17 loses no request of its canary when the group ends meanwhile.', async () => {
    const group = await startLab({ canaryMs: LONG_MS });
    group.signal('SIGHUP');
    await untilProving(group, [0]);
    const asked = Array.from({ length: 12 }, () => group.get('/lab/sleep?ms=2000'));
    await until('requests in the new worker', async () => {
      return successorsIn(await group.everyWorker()).some(({ inFlight }) => inFlight > 0);
    });
    group.signal('SIGTERM');
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
    expect(stopsOf(group)).toEqual([expect.stringContaining('the group ends')]);
  });

  it('F17 takes half of the time for a canary that has had its share of requests.', async () => {
    const canaryMs = 16_000;
    const group = await startLab({ canaryMs });
    group.signal('SIGHUP');
    await untilProving(group, [0]);
    // Each is on a connection of its own, and each worker gets its share.
    const sent = await flood({ total: 600, atOnce: 8 }, () => group.get('/lab/who'));
    expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
    const canary = await recordOf(group, 'canary is well');
    const ready = group.log.find(({ msg, pid }) => {
      return msg === 'worker ready' && pid === canary['pid'];
    });
    const provedMs = Number(canary['time']) - Number(ready?.['time']);
    report('F17', { 'canary proved itself for ms': provedMs, 'limit ms': canaryMs });
    // Records follow what they tell of by some milliseconds.
    expect(provedMs).toBeGreaterThan(canaryMs / 2 - 500);
    expect(provedMs).toBeLessThan(canaryMs);
    expect(canary['left']).toBe(2);
    expect(await recordOf(group, 'reloaded')).toMatchObject({ replaced: 3 });
  });

  it('F17 proves the others side by side within the surge, without a canary where none is wanted.', async () => {
    const group = await startHeld({ canaryMs: 0, maxSurge: 2 });
    group.writeVersion('new 012');
    group.signal('SIGHUP');
    await untilProving(group, [0, 1]);
    const all = await group.everyWorker();
    expect(all.filter(({ part }) => part === 'current')).toHaveLength(3);
    expect(successorsIn(all).map(({ slot }) => slot)).toEqual([0, 1]);
    group.writeVersion('');
    expect(await recordOf(group, 'reloaded')).toMatchObject({ replaced: 3 });
    expect(group.log.filter(({ msg }) => msg === 'canary is well')).toEqual([]);
  });

  it('F18 stops at a later worker that dies, and the rest of the old ones goes on.', async () => {
    const group = await startHeld({ canaryMs: 500, maxSurge: 1 });
    const before = await group.untilAllReady();
    group.writeVersion('new 1');
    group.signal('SIGHUP');
    await untilProving(group, [1]);
    const [successor] = successorsIn(await group.everyWorker());
    process.kill(successor?.pid ?? 0, 'SIGKILL');
    const failure = await until('the failure', () => stopsOf(group)[0], LATE);
    expect(failure).toContain('the new worker ended: signal SIGKILL');
    expect(failure).toContain('Replaced 1 of 3 workers');
    const after = await group.untilAllReady();
    const kept = after.filter(({ id }) => before.some((one) => one.id === id));
    expect(kept.map(({ slot }) => slot)).toEqual([1, 2]);
    expect(await recordOf(group, 'worker kept')).toMatchObject({ slot: 1, kind: 'reload' });
  });
});

function startLab(reload: ReloadOptions): Promise<TestGroup> {
  const options = { workers: 3, acceptQueue: PATIENT, reload, drain: { idleGraceMs: 100 } };
  return startGroup({ app: 'lab.app', options });
}

/** A group whose new workers fail their readiness checks, and so prove nothing, if the version says so. */
function startHeld(reload: ReloadOptions): Promise<TestGroup> {
  const options = { workers: 3, acceptQueue: PATIENT, reload, drain: { idleGraceMs: 100 } };
  return startGroup({ app: 'readiness.app', options, version: '' });
}

/** Waits until new workers prove themselves in these slots. */
function untilProving(group: TestGroup, slots: readonly number[]): Promise<true> {
  return until(
    `new workers in ${slots.join(', ')}`,
    async () => {
      const { underWay } = await group.read<Turnover>('/api/v1/exits');
      const proving = underWay.filter(({ phase }) => phase === 'PROVING');
      return proving.map(({ slot }) => slot).join() === slots.join();
    },
    LATE,
  );
}

function successorsIn(workers: readonly WorkerSnapshot[]): WorkerSnapshot[] {
  return workers.filter(({ part }) => part === 'successor');
}

function recordOf(group: TestGroup, wanted: string): Promise<LogRecord> {
  return until(wanted, () => group.log.find(({ msg }) => msg === wanted), LATE);
}

function stopsOf(group: TestGroup): string[] {
  return group.log.flatMap(({ msg }) => (msg.startsWith('reload stopped') ? [msg] : []));
}
