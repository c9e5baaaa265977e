import type { GroupOptions } from 'nestjs-buttress/cluster';
import { describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { runOperation } from '../../support/run-operation.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** How often each is asked: the application answers by another worker each time. */
const TIMES = 6;

type Status = number | string | undefined;

/** What each of the three that can be asked has answered, once. */
interface Answers {
  probes: Status[];
  pages: Status[];
  application: Status[];
}

const ALL_READY: Answers = { probes: [200], pages: [200], application: [200] };
const NOT_READY: Answers = { probes: [503], pages: [503], application: [503] };

/** Name of a visitor of pages without authentication. */
const LOCAL = 'anyone on this machine';

interface Health {
  failure: object | null;
}

interface ReadinessGroup {
  group: TestGroup;
  /** Asks all three for `path`, several times. */
  ask: (path?: string) => Promise<Answers>;
  /** Asks until all three answer so, for some time. @returns their last answers */
  settle: (wanted: Answers) => Promise<Answers>;
  /** Makes the check fail in the workers of these places, and pass in all others. */
  takeDown: (places: string) => Promise<void>;
}

/** Asks several times. @returns each answer that there was, once */
async function answersOf(ask: () => Promise<Status>): Promise<Status[]> {
  const seen = new Set<Status>();
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let times = 0; times < TIMES; times++) seen.add(await ask().catch(String));
  return [...seen];
}

async function start(options: Omit<GroupOptions, 'app'>, down = ''): Promise<ReadinessGroup> {
  const probes = { port: await freePort() };
  const group = await startGroup({
    app: 'readiness.app',
    options: { acceptQueue: PATIENT, probes, reload: { canaryMs: 500 }, ...options },
    version: down,
  });
  const ask = async (path = '/readyz'): Promise<Answers> => ({
    probes: await answersOf(async () => {
      return (await fetch(`http://127.0.0.1:${probes.port}${path}`)).status;
    }),
    pages: await answersOf(async () => (await group.page(path)).status),
    application: await answersOf(async () => (await group.get(path)).status),
  });
  const settle = async (wanted: Answers): Promise<Answers> => {
    let last = await ask();
    const look = async (): Promise<boolean> => {
      last = await ask();
      return JSON.stringify(last) === JSON.stringify(wanted);
    };
    await until('the answers', look, { withinMs: 10_000, everyMs: 100 }).catch(() => undefined);
    return last;
  };
  const takeDown = async (places: string): Promise<void> => {
    expect((await group.get(`/down?for=${places}`)).status).toBe(200);
  };
  return { group, ask, settle, takeDown };
}

describe('readiness', () => {
  it('R20 A check that fails in all workers is seen at the probes, on the pages and in the application.', async () => {
    const { ask, settle, takeDown } = await start({ workers: 2 });
    expect(await settle(ALL_READY), 'ready at first').toEqual(ALL_READY);
    await takeDown('01');
    expect(await settle(NOT_READY), 'not ready while the check fails').toEqual(NOT_READY);
    expect(await ask('/livez')).toEqual(ALL_READY);
    await takeDown('');
    expect(await settle(ALL_READY), 'ready again').toEqual(ALL_READY);
  });

  it('R20 A check that fails from the start on keeps the group from being ready anywhere.', async () => {
    const { settle, takeDown } = await start({ workers: 2 }, '01');
    expect(await settle(NOT_READY), 'not ready at first').toEqual(NOT_READY);
    await takeDown('');
    expect(await settle(ALL_READY), 'ready then').toEqual(ALL_READY);
  });

  it('R20 A check that fails in one worker is forgiven everywhere while a quorum passes.', async () => {
    const { settle, takeDown } = await start({ workers: 2, supervision: { quorum: 1 } });
    await takeDown('0');
    expect(await settle(ALL_READY), 'ready while one of two passes').toEqual(ALL_READY);
    await takeDown('01');
    expect(await settle(NOT_READY), 'not ready while none passes').toEqual(NOT_READY);
  });

  it('R20 A check that fails in one worker counts everywhere where the quorum needs that worker.', async () => {
    const { settle, takeDown } = await start({ workers: 2, supervision: { quorum: 2 } });
    expect(await settle(ALL_READY), 'ready at first').toEqual(ALL_READY);
    await takeDown('1');
    expect(await settle(NOT_READY), 'not ready while one of two fails').toEqual(NOT_READY);
    await takeDown('');
    expect(await settle(ALL_READY), 'ready again').toEqual(ALL_READY);
  });

  it('R43 An operator fails the health without a drain, over a reload and new pages, and restores it.', async () => {
    const { group, ask, settle } = await start({
      workers: 2,
      meta: { port: 0, allow: ['fail-health', 'reload'] },
    });
    expect(await settle(ALL_READY), 'ready at first').toEqual(ALL_READY);
    const failed = await runOperation(group, 'fail-health', { reason: 'network test' });
    expect(failed).toMatchObject({ state: 'DONE', result: { reason: 'network test' } });
    expect(await settle(NOT_READY), 'not ready while failed').toEqual(NOT_READY);
    expect(await ask('/livez')).toEqual(ALL_READY);
    expect((await group.page('/metrics')).body).toMatch(/^buttress_ready(?:{[^}]*})? 0$/m);

    await until('the incident', async () => {
      const { incidents } = await group.read<{ incidents: { text: string }[] }>('/api/v1/overview');
      return incidents.some(({ text }) => text.startsWith(`Health failed by operator ${LOCAL}`));
    });

    const before = await group.untilAllReady();
    await runOperation(group, 'reload', {});
    const isNew = (id: number | null): boolean => before.every((worker) => worker.id !== id);
    await group.untilWorkers('are new', ({ id, state }) => state === 'READY' && isNew(id));
    expect(await settle(NOT_READY), 'not ready after a reload').toEqual(NOT_READY);
    expect((await group.get('/down')).status, 'all workers serve').toBe(200);

    const pages = group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
    process.kill(Number(pages), 'SIGKILL');
    await until('new pages', async () => (await group.page('/livez')).status === 200, {
      withinMs: 60_000,
      everyMs: 100,
    });
    const { failure } = (await group.read<{ group: Health }>('/api/v1/readiness')).group;
    expect(failure).toMatchObject({ by: LOCAL, reason: 'network test', remainingMs: null });
    const page = (await group.page('/readiness', { accept: 'text/html' })).body;
    expect(page).toContain('network test');
    const journal = await group.read<{ text: string }[]>('/api/v1/journal');
    expect(journal.map(({ text }) => text)).toContain(`Health failed by ${LOCAL}: network test`);

    expect(await runOperation(group, 'restore-health', {})).toMatchObject({ state: 'DONE' });
    expect(await settle(ALL_READY), 'ready again').toEqual(ALL_READY);
    expect(await runOperation(group, 'restore-health', {})).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no operator has failed the health'),
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'R43 A health that an operator failed stays so over an upgrade.',
    async () => {
      const { group, settle } = await start({
        workers: 1,
        meta: { port: 0, allow: ['fail-health'] },
      });
      await runOperation(group, 'fail-health', { forMs: 600_000 });
      expect(await settle(NOT_READY), 'not ready while failed').toEqual(NOT_READY);
      group.signal('SIGUSR2');
      const isOver = (): boolean => group.log.some(({ msg }) => msg === 'ended');
      await until('the end of the old primary', isOver, { withinMs: 90_000 });
      expect(await settle(NOT_READY), 'not ready after the upgrade').toEqual(NOT_READY);
      const { failure } = (await group.read<{ group: Health }>('/api/v1/readiness')).group;
      expect(failure).toMatchObject({ by: LOCAL, reason: null, remainingMs: expect.any(Number) });
    },
  );

  it('R20 A group that is about to end says so everywhere, and serves meanwhile.', async () => {
    const { group, settle } = await start({ workers: 1, drain: { lameDuckMs: 60_000 } });
    expect(await settle(ALL_READY), 'ready at first').toEqual(ALL_READY);
    group.signal('SIGTERM');
    expect(await settle(NOT_READY), 'not ready in its last time').toEqual(NOT_READY);
    expect((await group.get('/down')).status).toBe(200);
  });
});
