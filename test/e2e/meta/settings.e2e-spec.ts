import { describe, expect, it } from 'vitest';

import { jsonOf } from '../../support/raw-connection.ts';
import { runOperation } from '../../support/run-operation.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Answer {
  pid: number;
  here: boolean;
  there: boolean;
}

interface Row {
  name: string;
  value: unknown;
  configured: unknown;
  changed: { by: string; remainingMs: number } | null;
  workers: number[];
}

function start(): Promise<TestGroup> {
  return startGroup({
    app: 'settings.app',
    options: {
      workers: 2,
      meta: { port: 0, allow: ['settings.set', 'recycle'] },
      acceptQueue: PATIENT,
      recycle: { minAgeMs: 0 },
    },
  });
}

async function rowOf(group: TestGroup, name: string): Promise<Row> {
  const rows = await group.read<Row[]>('/api/v1/settings');
  const [row, other] = rows.filter((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no ${name}`);
  if (other !== undefined) throw new Error(`the workers differ: ${JSON.stringify([row, other])}`);
  return row;
}

/** Waits until both workers, and their threads, have the flag so. */
async function untilFlag(group: TestGroup, isEager: boolean): Promise<void> {
  const seen = new Set<number>();
  await until(
    `the flag ${isEager} in all workers and threads`,
    async () => {
      const { pid, here, there } = jsonOf(await group.get('/flag')) as Answer;
      if (here !== isEager || there !== isEager) seen.clear();
      else seen.add(pid);
      return seen.size === 2;
    },
    { withinMs: 30_000 },
  );
}

describe('R43 a setting of a group', () => {
  it('changes in all workers and threads, in later ones too, until it is reset', async () => {
    const group = await start();
    await untilFlag(group, false);
    const input = { name: 'shop.eager', value: true };
    expect(await runOperation(group, 'settings.set', input)).toMatchObject({
      state: 'DONE',
      result: { name: 'shop.eager', value: true, forMs: 3_600_000 },
    });
    await untilFlag(group, true);

    const [one] = await group.untilAllReady();
    await runOperation(group, 'recycle', { worker: one?.id });
    await group.untilWorker(0, 'is another one', ({ id, state }) => {
      return id !== one?.id && state === 'READY';
    });
    await untilFlag(group, true);

    const pages = group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
    process.kill(Number(pages), 'SIGKILL');
    await until('new pages', async () => (await group.page('/livez')).status === 200, {
      withinMs: 60_000,
      everyMs: 100,
    });
    const workers = (await group.untilAllReady()).map(({ id }) => Number(id));
    const row = await until('both workers', async () => {
      const found = await rowOf(group, 'shop.eager');
      return found.workers.length === 2 && found;
    });
    expect(row).toMatchObject({
      value: true,
      configured: false,
      changed: { by: 'anyone on this machine', remainingMs: expect.any(Number) },
      workers: workers.toSorted((a, b) => a - b),
    });
    const page = (await group.page('/settings', { accept: 'text/html' })).body;
    expect(page).toContain('Compute prices at once');

    expect(await runOperation(group, 'settings.reset', { name: 'shop.eager' })).toMatchObject({
      state: 'DONE',
    });
    await untilFlag(group, false);
    const journal = await group.read<{ text: string }[]>('/api/v1/journal');
    expect(journal.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'Setting shop.eager changed to true by anyone on this machine',
        'Setting shop.eager reset by anyone on this machine',
      ]),
    );
  });

  it.skipIf(process.platform !== 'linux')('stays changed over an upgrade', async () => {
    const group = await start();
    await untilFlag(group, false);
    await runOperation(group, 'settings.set', { name: 'shop.eager', value: true });
    group.signal('SIGUSR2');
    const isOver = (): boolean => group.log.some(({ msg }) => msg === 'ended');
    await until('the end of the old primary', isOver, { withinMs: 90_000 });
    await untilFlag(group, true);
    expect(await rowOf(group, 'shop.eager')).toMatchObject({ value: true, configured: false });
  });

  it('ends by itself, and refuses what it does not accept', async () => {
    const group = await start();
    const short = { name: 'shop.eager', value: 'true', forMs: 2_000 };
    expect(await runOperation(group, 'settings.set', short)).toMatchObject({ state: 'DONE' });
    await until('the change', async () => (await rowOf(group, 'shop.eager')).changed !== null);
    await untilFlag(group, false);
    expect(await rowOf(group, 'shop.eager')).toMatchObject({ value: false, changed: null });

    for (const [name, value, error] of [
      ['shop.eager', 'perhaps', 'shop.eager must be true or false'],
      ['shop.lazy', true, 'There is no setting "shop.lazy"'],
      ['admission.turnMs', 0, 'admission.turnMs must be a whole number from 1 to 1000'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect(await runOperation(group, 'settings.set', { name, value })).toMatchObject({
        state: 'FAILED',
        error: expect.stringContaining(error),
      });
    }
    expect(await runOperation(group, 'settings.reset', { name: 'shop.eager' })).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no operator has changed the setting shop.eager'),
    });
  });

  it('of a feature applies at once: the limit of a route, the level and share of records', async () => {
    const group = await start();
    await untilFlag(group, false);
    const changes = [
      ['admission.limit GET /flag', 3],
      ['logging.level', 'debug'],
      ['logging.accessShare', 0],
      ['threads.cpu.maxQueue', 5],
      ['requests.fastOneIn', 1],
    ] as const;
    for (const [name, value] of changes) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const run = await runOperation(group, 'settings.set', { name, value });
      expect([name, run.state, run.error]).toEqual([name, 'DONE', undefined]);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await until(`${name} in all workers`, async () => {
        const row = await rowOf(group, name);
        return row.value === value && row.workers.length === 2;
      });
    }
    type Reports<T> = { worker: number; value: T }[];
    const admission =
      await group.read<Reports<{ groups: { name: string; limit: number }[] }>>('/api/v1/admission');
    const limits = admission.map(({ value: { groups } }) => {
      return groups.find(({ name }) => name === 'GET /flag')?.limit;
    });
    expect(limits).toEqual([3, 3]);
    const levels = await group.read<Reports<{ level: string }>>('/api/v1/log-levels');
    expect(levels.map(({ value }) => value.level)).toEqual(['debug', 'debug']);
    const pools = await group.read<Reports<{ pools: { maxQueue: number }[] }>>('/api/v1/threads');
    expect(pools.map(({ value }) => value.pools[0]?.maxQueue)).toEqual([5, 5]);
    const accesses = (): number => group.output.split('"context":"access"').length;
    const before = accesses();
    for (let time = 0; time < 5; time++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect((await group.get('/flag')).status).toBe(200);
    }
    expect((await group.get('/nowhere')).status).toBe(404);
    await runOperation(group, 'settings.reset', { name: 'logging.accessShare' });
    await until('records again', async () => {
      return (await rowOf(group, 'logging.accessShare')).changed === null;
    });
    expect((await group.get('/flag')).status).toBe(200);
    await until('the record', () => accesses() > before);
    expect(accesses()).toBe(before + 1);
  });
});
