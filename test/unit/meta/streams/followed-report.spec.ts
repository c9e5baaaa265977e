import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { GroupReports } from '../../../../lib/meta/group-reports.provider.ts';
import { FollowedReport } from '../../../../lib/meta/streams/followed-report.ts';
import { Tail } from '../../../../lib/reports/tail.ts';
import { FakeGroup, type FakeWorker, SILENT } from '../../../support/fake-group.ts';

const EVERY_MS = 1_000;

interface Writer extends FakeWorker {
  tail: Tail<string>;
  looks: number;
}

function writer(id: number): Writer {
  const one: Writer = {
    id,
    tail: new Tail<string>({ rows: 10 }),
    looks: 0,
    run(_name, input) {
      one.looks++;
      return one.tail.since((input as { from: number | null }).from);
    },
  };
  return one;
}

function listener() {
  const heard: string[] = [];
  return {
    heard,
    onStart: () => void heard.push('start'),
    onRecord: ({ worker, value }: { worker: number; value: unknown }) =>
      void heard.push(`${worker}: ${String(value)}`),
    onMissed: (worker: number, count: number) => void heard.push(`${worker} missed ${count}`),
  };
}

function open(...workers: Writer[]) {
  const group = new FakeGroup(workers);
  return { group, report: new FollowedReport(new GroupReports(group), 'follow', EVERY_MS) };
}

describe('A report that is followed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks each worker once a period, however many follow, and not at all once nobody does.', async () => {
    const one = writer(1);
    const { report } = open(one);
    const listeners = [listener(), listener(), listener()];
    const ends = listeners.map((each) => report.follow(each));
    await vi.advanceTimersByTimeAsync(0);
    expect([one.looks, listeners.map(({ heard }) => heard)]).toEqual([
      1,
      [['start'], ['start'], ['start']],
    ]);
    one.tail.push('a');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(one.looks).toBe(2);
    for (const { heard } of listeners) expect(heard).toEqual(['start', '1: a']);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect([one.looks, vi.getTimerCount()]).toEqual([2, 0]);
  });

  it('gives who joins later what comes from then on.', async () => {
    const one = writer(1);
    const { report } = open(one);
    const [early, late] = [listener(), listener()];
    report.follow(early);
    await vi.advanceTimersByTimeAsync(0);
    one.tail.push('a');
    report.follow(late);
    await vi.advanceTimersByTimeAsync(0);
    one.tail.push('b');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect([early.heard, late.heard]).toEqual([
      ['start', '1: a', '1: b'],
      ['start', '1: b'],
    ]);
  });

  it('asks a worker that did not answer for the same again, and follows new workers.', async () => {
    const one = writer(1);
    const { group, report } = open(one);
    const { heard, ...calls } = listener();
    report.follow({ ...calls, onStart: () => undefined });
    await vi.advanceTimersByTimeAsync(0);
    const { run } = one;
    one.run = () => SILENT;
    one.tail.push('while blocked');
    await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
    expect(heard).toEqual([]);
    one.run = run!;
    const two = writer(2);
    group.workersThere.push(two);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    two.tail.push('new');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(heard).toEqual(['1: while blocked', '2: new']);
  });

  it('tells what a worker could not keep.', async () => {
    const one = writer(1);
    const { report } = open(one);
    const { heard, ...calls } = listener();
    report.follow(calls);
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 12; n++) one.tail.push(`${n}`);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(heard.slice(0, 3)).toEqual(['start', '1 missed 2', '1: 2']);
  });

  it('forgets how far it has followed a worker that has ended.', async () => {
    const asked: unknown[] = [];
    const one = writer(1);
    const run = one.run!.bind(one);
    one.run = (name, input) => {
      asked.push((input as { from: unknown }).from);
      return run(name, input);
    };
    const { group, report } = open(one, writer(2));
    const end = report.follow(listener());
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    group.workersThere.shift();
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    group.workersThere.push(one);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(asked).toEqual([null, 0, null]);
    end();
  });
});
