import { beforeEach, describe, expect, it } from 'vitest';

import { PagesStart } from '../../../../lib/cluster/primary/pages-start.ts';
import type { Supervisor } from '../../../../lib/cluster/supervision/supervisor.ts';
import { FakeWorkers } from '../fake-workers.ts';

const WORKERS = 2;

let workers: FakeWorkers;
let supervisor: Supervisor;

beforeEach(async () => {
  workers = new FakeWorkers(WORKERS);
  ({ supervisor } = workers);
  await workers.pass(100);
});

function begin(parallelism = WORKERS): PagesStart {
  return new PagesStart(() => supervisor, parallelism);
}

describe('PagesStart', () => {
  it('waits until all workers are READY', () => {
    const start = begin();
    supervisor.ready(workers.at(0));
    expect(start.isDue(workers.now)).toBe(false);
    supervisor.ready(workers.at(1));
    expect(start.isDue(workers.now)).toBe(true);
  });

  it('waits until a worker has failed', () => {
    const start = begin();
    supervisor.exited(workers.at(0), 1, null);
    expect(start.isDue(workers.now)).toBe(true);
  });

  it('waits for 5 s at most, and then goes on for good', () => {
    const start = begin();
    expect(start.isDue(1_000)).toBe(false);
    expect(start.isDue(5_999)).toBe(false);
    expect(start.isDue(6_000)).toBe(true);
    expect(start.isDue(1_000)).toBe(true);
  });

  it('does not wait where a core is left beside all workers', () => {
    expect(begin(WORKERS + 1).isDue(workers.now)).toBe(true);
  });
});
