import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isAlive } from '../../support/processes.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Tick {
  pid: number;
  slot: number;
  at: number;
}

/** When a process did the work of its place. */
interface Term {
  pid: number;
  from: number;
  to: number;
}

/** Periodic work of a group, as the workers that do it note it. */
class Work {
  readonly file: string;
  readonly #slots: readonly number[];

  constructor(readonly workers = 2) {
    this.#slots = Array.from({ length: workers }, (_, slot) => slot);
    const directory = mkdtempSync(join(tmpdir(), 'ticks-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    this.file = join(directory, 'ticks');
    writeFileSync(this.file, '');
  }

  /** One after the other, of a place. */
  terms(slot: number): Term[] {
    const lines = readFileSync(this.file, 'utf8').split('\n').slice(0, -1);
    const terms = new Map<number, Term>();
    for (const tick of lines.map((line) => JSON.parse(line) as Tick)) {
      if (tick.slot !== slot) continue;
      const term = terms.get(tick.pid) ?? { pid: tick.pid, from: tick.at, to: tick.at };
      terms.set(tick.pid, { ...term, to: Math.max(term.to, tick.at) });
    }
    return [...terms.values()].toSorted((a, b) => a.from - b.from);
  }

  /** Waits until so many processes have worked in each place. */
  async untilTerms(count: number): Promise<void> {
    await until(`${count} terms`, () =>
      this.#slots.every((slot) => this.terms(slot).length >= count),
    );
  }

  /** Waits until these processes work, each in its place. */
  async untilDoneBy(pids: readonly number[]): Promise<void> {
    await until('their work', () =>
      this.#slots.every((slot) => pids.includes(this.terms(slot).at(-1)?.pid ?? 0)),
    );
  }

  /** Pairs that worked in the same place at the same time. */
  overlaps(): [Term, Term][] {
    return this.#slots.flatMap((slot) => {
      const terms = this.terms(slot);
      return terms.slice(1).flatMap((term, index) => {
        const before = terms[index];
        return before !== undefined && before.to >= term.from
          ? [[before, term] as [Term, Term]]
          : [];
      });
    });
  }
}

async function start(work: Work): Promise<TestGroup> {
  const group = await startGroup({
    app: 'periodic.app',
    env: { TICKS_FILE: work.file },
    options: {
      workers: work.workers,
      reload: { canaryMs: 1_500 },
      drain: { idleGraceMs: 200, streamGraceMs: 1_000, requestTimeoutMs: 5_000 },
      acceptQueue: PATIENT,
    },
  });
  await work.untilTerms(1);
  return group;
}

describe('Periodic work in one worker only', () => {
  it('R42 is done by one worker of a place over reloads, also while an old one still drains.', async () => {
    const work = new Work();
    const group = await start(work);
    for (let reload = 1; reload <= 3; reload++) {
      // oxlint-disable no-await-in-loop -- one after the other
      const slow = group.get('/lab/sleep?ms=3000');
      group.signal('SIGHUP');
      await until(
        'the reload',
        () => {
          return group.log.filter(({ msg }) => msg === 'reloaded').length === reload;
        },
        { withinMs: 60_000 },
      );
      await work.untilTerms(reload + 1);
      expect((await slow).status).toBe(200);
      // oxlint-enable no-await-in-loop
    }
    expect(work.overlaps()).toEqual([]);
  });

  it('R42 goes to the next worker when one is killed, stopped, blocked or asked to end.', async () => {
    const work = new Work(1);
    const group = await start(work);
    const ends: ((pid: number) => void)[] = [
      (pid) => process.kill(pid, 'SIGKILL'),
      (pid) => process.kill(pid, 'SIGTERM'),
      (pid) => process.kill(pid, 'SIGSTOP'),
    ];
    for (const end of ends) {
      // oxlint-disable no-await-in-loop -- one after the other
      const [worker] = await group.untilAllReady();
      const before = work.terms(0).length;
      end(worker?.pid ?? 0);
      await until('the next one', () => work.terms(0).length > before, { withinMs: 60_000 });
      // oxlint-enable no-await-in-loop
    }
    await group.untilAllReady();
    // It hears late that another one is to follow: until then that one waits.
    const blocked = group.get('/lab/freeze?ms=3000');
    group.signal('SIGHUP');
    await until('the reload', () => group.log.some(({ msg }) => msg === 'reloaded'), {
      withinMs: 60_000,
    });
    expect((await blocked).status).toBe(200);
    await group.untilAllReady();
    await work.untilDoneBy(await group.pids());
    expect(work.overlaps()).toEqual([]);
  });

  it('R42 is done by one group over an upgrade.', async () => {
    const work = new Work();
    const group = await start(work);
    // The old workers drain for as long.
    const slow = group.get('/lab/sleep?ms=3000');
    group.signal('SIGUSR2');
    await until('its end', () => !isAlive(group.pid), { withinMs: 90_000 });
    expect((await slow).status).toBe(200);
    await work.untilTerms(2);
    expect(work.overlaps()).toEqual([]);
  });
});
