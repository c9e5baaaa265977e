import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { labAnswer } from '../../support/raw-connection.ts';
import {
  type GroupSetup,
  launchGroup,
  type LogRecord,
  startGroup,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilServing, untilServingOrEnded } from './ends.ts';

const ERROR = 50;

describe('The directory of a group', () => {
  it('R21 Pages hear all workers where the path of TMPDIR is long.', async () => {
    const long = join(freshDirectory(), 'd'.repeat(100), 'd'.repeat(50));
    mkdirSync(long, { recursive: true });
    const group = await launchGroup({ app: 'crashing.app', env: { TMPDIR: long } });
    await untilServing(group, 2);
    await untilAllHeard(group, 2);
    expect(await group.workers()).toHaveLength(2);
    expect(group.log.filter(({ level }) => level === ERROR)).toEqual([]);
  });

  it.each([
    ['does not exist', '/nowhere/at/all'],
    ['can not be written to', '/proc'],
  ])(
    'R21 A group without pages needs no TMPDIR, and one with pages serves or says why not where it %s.',
    async (_why, path) => {
      const options = { workers: 1 };
      const setup: GroupSetup = { app: 'crashing.app', env: { TMPDIR: path }, options };
      const without = await launchGroup({ ...setup, options: { ...options, meta: false } });
      await untilServing(without, 1);
      expect((await without.get('/lab/who')).status).toBe(200);
      without.killAll();

      const group = await launchGroup(setup);
      if ((await untilServingOrEnded(group, 1)) === 'serving') return untilAllHeard(group, 1);
      expect(await group.exited).toEqual({ code: 1, signal: null });
      const errors = group.log.filter(({ level }) => level === ERROR).map(({ msg }) => msg);
      expect(errors).toEqual([expect.stringContaining(path)]);
    },
  );

  it('R21 When it is removed pages hear of new workers all the same.', async () => {
    const { group, directory } = await startIn(freshDirectory(), 2);
    const [victim] = await group.untilAllReady();
    rmSync(directory, { recursive: true });
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await until('another worker', async () => !(await group.pids()).includes(victim?.pid ?? 0));
    await group.untilAllReady();
    await untilAllHeard(group, 2);
    expect((await group.envelope('/api/v1/workers')).workers.missing).toEqual([]);
  });

  it('R21 When it is removed blocked loops are seen all the same, of old workers and of new ones.', async () => {
    const { group, directory } = await startIn(freshDirectory(), 2);
    const [victim] = await group.pids();
    rmSync(directory, { recursive: true });
    process.kill(victim ?? 0, 'SIGKILL');
    await until('another worker', async () => !(await group.pids()).includes(victim ?? 0));
    const workers = await group.untilAllReady();
    // While the first one that is asked is blocked, the other one answers.
    const { pid } = labAnswer(await group.get('/lab/spin?ms=3000'));
    await until('a blocked worker', async () =>
      (await group.workers()).some((one) => one.pid === pid && one.state === 'STALLED'),
    );
    expect(labAnswer(await group.get('/lab/spin?ms=3000')).pid).not.toBe(pid);
    await until('the blocks of both in the log', () =>
      workers.every((worker) => blocksOf(group).some((block) => block['pid'] === worker.pid)),
    );
  });

  it('R21 When it is removed pages come back after their process has died.', async () => {
    const { group, directory } = await startIn(freshDirectory(), 1);
    await untilAllHeard(group, 1);
    const pages = group.log.find(({ msg }) => msg === 'meta process ready');
    rmSync(directory, { recursive: true });
    process.kill(Number(pages?.['pid']), 'SIGKILL');
    await until('new pages', () => {
      return group.log.filter(({ msg }) => msg === 'meta process ready').length === 2;
    });
    await untilAllHeard(group, 1);
    expect(await group.pids()).toHaveLength(1);
  });

  it('R21 The next start removes what a killed group left, and nothing of a living one.', async () => {
    const temporary = freshDirectory();
    const living = await startIn(temporary, 1);
    const killed = await startIn(temporary, 1);
    killed.group.signalAll('SIGKILL');
    await killed.group.exited;
    const next = await startIn(temporary, 1);
    await until('nothing of the killed one', () => {
      return !directoriesIn(temporary).includes(killed.directory);
    });
    expect(directoriesIn(temporary).toSorted()).toEqual(
      [living.directory, next.directory].toSorted(),
    );
    await untilAllHeard(living.group, 1);
    await untilAllHeard(next.group, 1);
  });
});

/** A directory of the test's own. */
function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'group-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function directoriesIn(temporary: string): string[] {
  const names = readdirSync(temporary).filter((name) => name.startsWith('buttress-'));
  return names.map((name) => join(temporary, name));
}

/** A group whose directory is in `temporary`. */
async function startIn(
  temporary: string,
  workers: number,
): Promise<{ group: TestGroup; directory: string }> {
  const before = directoriesIn(temporary);
  const group = await startGroup({
    app: 'crashing.app',
    options: { workers, blockedLoop: { minIntervalMs: 100 } },
    env: { TMPDIR: temporary },
  });
  const directory = directoriesIn(temporary).find((one) => !before.includes(one));
  if (directory === undefined) throw new Error('the group has no directory');
  return { group, directory };
}

/** Waits until the pages have an answer of every worker. */
async function untilAllHeard(group: TestGroup, workers: number): Promise<void> {
  await until('an answer of every worker', async () => {
    const { expected, answered, missing } = (await group.envelope('/api/v1/log-levels')).workers;
    return expected === workers && answered === workers && missing.length === 0;
  });
}

function blocksOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg, at }) => {
    return msg === 'event loop blocked' && String(at).includes('lab.controller');
  });
}
