import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { countsOf, fallenBetween, type Samples, samplesOf } from '../../support/metrics.ts';
import { isAlive } from '../../support/processes.ts';
import { requestText } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from './start-reporting-group.ts';

const COUNTED = 'app_counted_total';

/** Pages that are scraped again and again, and what fell between two of them. */
class Scrapes {
  readonly fallen: string[] = [];
  #latest: Samples = new Map();
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(group: TestGroup) {
    this.#done = this.#scrape(group);
  }

  /** The latest value of a sample. */
  latest(sample: string): number {
    return this.#latest.get(sample) ?? 0;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #scrape(group: TestGroup): Promise<void> {
    while (!this.#isOver) {
      // oxlint-disable-next-line no-await-in-loop -- one scrape after another
      const page = await group.page('/metrics').catch(() => undefined);
      // Nobody answers while the process of the pages is replaced.
      if (page?.status !== 200) continue;
      const counts = countsOf(page.body);
      this.fallen.push(...fallenBetween(this.#latest, counts));
      this.#latest = counts;
    }
  }
}

let scrapes: Scrapes | undefined;
afterEach(() => scrapes?.stop());

async function startScraped(
  env: Readonly<Record<string, string>> = {},
): Promise<{ group: TestGroup; count: () => Promise<void> }> {
  const meta = { port: await freePort() };
  const group = await startGroup({
    app: 'logging.app',
    env,
    options: {
      workers: 2,
      meta,
      acceptQueue: PATIENT,
      reload: { canaryMs: 500 },
      drain: { idleGraceMs: 100 },
    },
  });
  await untilReporting(group, 2);
  scrapes = new Scrapes(group);
  let counted = 0;
  const count = async (): Promise<void> => {
    for (let at = 0; at < 10; at++) {
      // oxlint-disable-next-line no-await-in-loop -- one request after another
      await until('an answer', async () => (await group.get('/count')).status === 200);
    }
    counted += 10;
    await until('all that was counted', () => scrapes?.latest(COUNTED) === counted);
  };
  await count();
  return { group, count };
}

describe('The counters of a group never fall', () => {
  it('while a worker is blocked, killed, replaced, and all are reloaded.', async () => {
    const { group, count } = await startScraped();
    group.connect().send(requestText('/block/3000'));
    await group.untilWorkers('READY or STALLED', ({ state }) => state !== 'EXITED');
    await until('a stalled worker', async () => {
      return (await group.workers()).some(({ state }) => state === 'STALLED');
    });
    await group.untilAllReady();
    const [first] = await group.untilAllReady();
    process.kill(first!.pid, 'SIGKILL');
    await group.untilWorker(first!.slot, 'replaced', ({ restarts, state }) => {
      return restarts === 1 && state === 'READY';
    });
    await count();
    const before = await group.pids();
    group.signal('SIGHUP');
    await until(
      'new workers',
      async () => !(await group.pids()).some((pid) => before.includes(pid)),
      { withinMs: 60_000 },
    );
    await group.untilAllReady();
    await count();
    expect(scrapes?.fallen).toEqual([]);
    const { body } = await group.page('/metrics');
    const samples = samplesOf(body);
    expect(samples.get('buttress_worker_exits_total{slot="0",cause="signal"}')).toBe(1);
    expect(samples.get('buttress_reloads_total{outcome="done"}')).toBe(1);
    expect(samples.get('buttress_workers{state="ready"}')).toBe(2);
  });

  it('while the process of the pages is killed, and a worker with it.', async () => {
    const { group, count } = await startScraped();
    const meta = group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
    const [worker] = await group.untilAllReady();
    process.kill(Number(meta), 'SIGKILL');
    process.kill(worker!.pid, 'SIGKILL');
    await until('both have been replaced', async () => {
      const [row] = await group.workers();
      return row?.state === 'READY' && row.restarts === 1;
    });
    await count();
    expect(scrapes?.fallen).toEqual([]);
  });

  it('while another primary takes over.', { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const { group, count } = await startScraped({ TMPDIR: directory });
    group.signal('SIGUSR2');
    await until('the old primary has ended', () => !isAlive(group.pid), { withinMs: 60_000 });
    await count();
    expect(scrapes?.fallen).toEqual([]);
    // What the old group has left is read, and removed.
    await until('one directory', () => {
      return readdirSync(directory).filter((name) => name.startsWith('buttress-')).length === 1;
    });
  });
});
