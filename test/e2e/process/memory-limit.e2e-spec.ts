import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFailed, onTestFinished } from 'vitest';

import type { WorkerSnapshot } from '../../../lib/cluster/supervision/workers-snapshot.ts';
import { freePort } from '../../support/free-port.ts';
import { IS_LONG } from '../../support/length.ts';
import { report, steadily, tally } from '../../support/load.ts';
import { MemoryCgroup, whyNoCgroup } from '../../support/memory-cgroup.ts';
import { outcome } from '../../support/raw-connection.ts';
import { launchGroup, type LogRecord, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { HopelessError, until } from '../../support/until.ts';

const MIB = 1 << 20;
const SAMPLE = fileURLToPath(new URL('../../../sample/receipts/dist/main.js', import.meta.url));

/** How long workers must stay, in milliseconds: for several looks at their memory. */
const WATCH_MS = 15_000;

describe('A container with a limit of memory', () => {
  // Two workers in half of it meet the same limits.
  it.runIf(IS_LONG)(
    'R1 The sample with 4 workers serves in 1 GiB, and none of them is replaced.',
    { timeout: 300_000 },
    async ({ skip }) => {
      const sample = await startSample({ workers: 4, mib: 1_024 }, skip);
      const { answers, ids, idsAfter } = await watchWorkers(sample);
      sample.report(answers);
      expect(idsAfter).toEqual(ids);
      expectNothingLost(answers);
    },
  );

  it(
    'R1 The sample with 2 workers serves in 512 MiB, also while it is reloaded: there is no room for a third one.',
    { timeout: 300_000 },
    async ({ skip }) => {
      const sample = await startSample({ workers: 2, mib: 512 }, skip);
      const { answers, ids, idsAfter } = await watchWorkers(sample);
      expect(idsAfter).toEqual(ids);
      const before = new Set(ids);
      sample.signal('SIGHUP');
      const after = await until(
        'new workers',
        async () => {
          answers.push(await sample.ask());
          const all = await sample.workers();
          return all.every(({ id, state }) => !before.has(id) && state === 'READY') && all;
        },
        { withinMs: 180_000 },
      );
      sample.report(answers);
      expect(after).toHaveLength(2);
      expect(sample.output()).not.toContain('SIGKILL');
      expectNothingLost(answers);
    },
  );

  it(
    'R1 Small workers are not replaced for pages of files that all of them share.',
    { timeout: 300_000 },
    async ({ skip }) => {
      const why = await whyNoCgroup();
      skip(why !== undefined, why);
      const [workers, mib] = [4, 420];
      const cgroup = new MemoryCgroup(mib * MIB);
      onTestFinished(() => cgroup.remove());
      const group = await launchGroup({
        app: 'lab.app',
        options: { workers, acceptQueue: PATIENT },
        startedBy: (command) => cgroup.inside(command),
      });
      const ready = await until(
        'all workers',
        async () => {
          const [replaced] = replacementsOf(group);
          if (replaced !== undefined) throw new HopelessError(JSON.stringify(replaced));
          const all = await group.workers();
          return all.length === workers && all.every(({ state }) => state === 'READY') && all;
        },
        { withinMs: 60_000 },
      );
      const answers = await steadily({ everyMs: 250, forMs: WATCH_MS }, () =>
        group.get('/lab/who'),
      );
      reportUse(cgroup, { workers, 'limit MiB': mib, sent: answers.length });
      expect((await group.workers()).map(({ id }) => id)).toEqual(ready.map(({ id }) => id));
      expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
    },
  );
});

function replacementsOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg }) => msg === 'worker replaced');
}

function reportUse(cgroup: MemoryCgroup, figures: Record<string, number>): void {
  const { peakBytes, failures } = cgroup;
  report('R1', { ...figures, 'peak MiB': peakBytes / MIB, 'at the limit': failures });
}

interface Sample {
  workers: () => Promise<WorkerSnapshot[]>;
  untilAllReady: () => Promise<WorkerSnapshot[]>;
  /** One request; its status, or what came in place of one. */
  ask: () => Promise<number | string>;
  /** To the primary. */
  signal: (signal: NodeJS.Signals) => void;
  output: () => string;
  /** Says what was answered and used. */
  report: (answers: readonly (number | string)[]) => void;
}

interface Watched {
  answers: (number | string)[];
  /** Of the workers when all are READY, and at the end. */
  ids: (number | null)[];
  idsAfter: (number | null)[];
}

/** Asks for a while. */
async function watchWorkers(sample: Sample): Promise<Watched> {
  const ids = (await sample.untilAllReady()).map(idOf);
  const answers = await steadily({ everyMs: 250, forMs: WATCH_MS }, sample.ask);
  return { answers, ids, idsAfter: (await sample.workers()).map(idOf) };
}

/** A busy machine may refuse some; it never drops one. */
function expectNothingLost(answers: readonly (number | string)[]): void {
  const outcomes = tally(answers);
  expect([...outcomes.keys()].filter((one) => one !== 404 && one !== 503)).toEqual([]);
  expect(outcomes.get(404)).toBeGreaterThan(0.5 * answers.length);
}

function idOf({ id }: WorkerSnapshot): number | null {
  return id;
}

/** Starts the sample as its README says, in a cgroup of its own. It ends with the test. */
async function startSample(
  { workers, mib }: { workers: number; mib: number },
  skip: (condition: boolean, note?: string) => void,
): Promise<Sample> {
  const why = await whyNoCgroup();
  skip(why !== undefined, why);
  const cgroup = new MemoryCgroup(mib * MIB);
  const [port, metaPort] = [await freePort(), await freePort()];
  const directory = mkdtempSync(join(tmpdir(), 'receipts-'));
  const [command, ...args] = cgroup.inside([process.execPath, SAMPLE]);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      META_PORT: String(metaPort),
      DATA_DIR: directory,
      WORKERS: String(workers),
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close');
  onTestFailed(() => console.error(output));
  onTestFinished(async () => {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await closed;
    await cgroup.remove();
    rmSync(directory, { recursive: true });
  });

  const readWorkers = async (): Promise<WorkerSnapshot[]> => {
    const answer = await fetch(`http://127.0.0.1:${metaPort}/api/v1/workers`);
    return ((await answer.json()) as { data: WorkerSnapshot[] }).data;
  };
  return {
    signal: (signal) => child.kill(signal),
    output: () => output,
    report: (answers) => {
      reportUse(cgroup, { workers, 'limit MiB': mib, ...Object.fromEntries(tally(answers)) });
    },
    workers: readWorkers,
    untilAllReady: () =>
      until(
        'all workers READY',
        async () => {
          const replaced = output.split('\n').find((line) => line.includes('"worker replaced"'));
          if (replaced !== undefined) throw new HopelessError(replaced);
          const all = await readWorkers();
          return all.length === workers && all.every(({ state }) => state === 'READY') && all;
        },
        { withinMs: 120_000 },
      ),
    ask: async () => {
      try {
        const url = `http://127.0.0.1:${port}/receipts/none`;
        const { status } = await fetch(url, { headers: { connection: 'close' } });
        return status;
      } catch (error) {
        return String((error as Error).cause ?? error);
      }
    },
  };
}
