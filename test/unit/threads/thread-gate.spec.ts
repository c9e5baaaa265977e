import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ThreadGate } from '../../../lib/threads/thread-gate.ts';
import { FakeCall, step, ThreadGateRun } from './thread-gate-run.ts';

/** A gate with threads 1, 2, … on a clock that the test sets. */
function open({ threads = 0, maxQueue = 10 }: { threads?: number; maxQueue?: number } = {}) {
  const clock = { at: 0, now: () => clock.at };
  const gate = new ThreadGate<number, FakeCall>({ maxQueue, clock });
  for (let thread = 1; thread <= threads; thread++) gate.add(thread);
  const submit = (deadlineAt?: number) => {
    const call = new FakeCall(deadlineAt);
    return { call, verdict: gate.submit(call) };
  };
  return { gate, clock, submit };
}

describe('a gate of threads', () => {
  it('starts a call at once while a thread is free', () => {
    const { gate, submit } = open({ threads: 2 });
    const [one, other] = [submit(), submit()];
    expect([one.verdict, other.verdict]).toEqual(['started', 'started']);
    expect(new Set([one.call.thread, other.call.thread])).toEqual(new Set([1, 2]));
    expect([gate.busy, gate.idle, gate.ready, gate.waiting]).toEqual([2, 0, 2, 0]);
  });

  it('lets calls wait before any thread is ready, as many as may', () => {
    const { gate, submit } = open({ maxQueue: 2 });
    const verdicts = [submit(), submit(), submit()].map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['waiting', 'waiting', 'queue']);
    expect(gate.waiting).toBe(2);
  });

  it('lets none wait where none may', () => {
    const { submit } = open({ threads: 1, maxQueue: 0 });
    expect([submit(), submit()].map(({ verdict }) => verdict)).toEqual(['started', 'queue']);
  });

  it('gives a thread to the call that came first', () => {
    const { gate, submit } = open({ threads: 1 });
    submit();
    const [second, third] = [submit(), submit()];
    gate.release(1, 5);
    expect([second.call.thread, third.call.thread]).toEqual([1, undefined]);
    gate.add(2);
    expect(third.call.thread).toBe(2);
  });

  it('takes the thread that worked last first', () => {
    const { gate, submit } = open({ threads: 3 });
    for (let calls = 0; calls < 3; calls++) submit();
    for (const thread of [2, 3, 1]) gate.release(thread, 1);
    expect([submit(), submit(), submit()].map(({ call }) => call.thread)).toEqual([1, 3, 2]);
  });

  it('passes over a call that was given up', () => {
    const { gate, submit } = open({ threads: 1 });
    const first = submit();
    const [gone, next] = [submit(), submit()];
    expect(gate.withdraw(gone.call)).toBe(true);
    expect(gate.withdraw(gone.call)).toBe(false);
    expect(gate.withdraw(first.call)).toBe(false);
    gate.release(1, 1);
    expect([gone.call.fates, next.call.fates]).toEqual([[], ['started']]);
  });

  it('hands out all that wait when it is drained', () => {
    const { gate, submit } = open({ threads: 1 });
    submit();
    const [one, other] = [submit(), submit()];
    expect(gate.drain()).toEqual([one.call, other.call]);
    expect(gate.waiting).toBe(0);
    gate.release(1, 1);
    expect([one.call.fates, other.call.fates, gate.idle]).toEqual([[], [], 1]);
  });
});

describe('the threads of a gate', () => {
  it('count once, however often one says that it is ready', () => {
    const { gate, submit } = open({ threads: 1 });
    gate.add(1);
    expect(gate.ready).toBe(1);
    submit();
    gate.add(1);
    expect([gate.ready, gate.idle]).toEqual([1, 0]);
  });

  it('work no more once they are gone', () => {
    const { gate, submit } = open({ threads: 2 });
    gate.remove(2);
    expect([submit().verdict, submit().verdict]).toEqual(['started', 'waiting']);
    gate.remove(1);
    expect([gate.ready, gate.waiting]).toEqual([0, 1]);
    gate.remove(7);
    expect(gate.ready).toBe(0);
  });

  it('are not free again when they were gone before their call ended', () => {
    const { gate, submit } = open({ threads: 1 });
    submit();
    const { call } = submit();
    gate.remove(1);
    gate.release(1, 5);
    expect([gate.ready, call.fates]).toEqual([0, []]);
  });
});

describe('what a gate tells of the size that its pool should have', () => {
  it('is how many calls have waited for long', () => {
    const { gate, clock, submit } = open();
    expect(gate.waitingFor(0)).toBe(0);
    const [first] = [submit(), submit()];
    clock.at = 10;
    submit();
    clock.at = 15;
    expect([0, 5, 6, 15, 16].map((ms) => gate.waitingFor(ms))).toEqual([3, 3, 2, 2, 0]);
    gate.withdraw(first.call);
    expect(gate.waitingFor(15)).toBe(1);
  });

  it('is which thread is idle for longest, and since when', () => {
    const { gate, clock, submit } = open();
    expect(gate.longestIdle).toBe(undefined);
    gate.add(1);
    clock.at = 5;
    gate.add(2);
    expect(gate.longestIdle).toEqual({ thread: 1, since: 0 });
    const calls = [submit(), submit()];
    expect(calls.map(({ call }) => call.thread)).toEqual([2, 1]);
    clock.at = 9;
    gate.release(1, 1);
    gate.release(2, 1);
    expect(gate.longestIdle).toEqual({ thread: 1, since: 9 });
    gate.remove(1);
    expect(gate.longestIdle).toEqual({ thread: 2, since: 9 });
  });
});

describe('the time that a call has', () => {
  it('lets it wait when there is enough, by what calls have taken', () => {
    const { gate, submit } = open({ threads: 1 });
    submit();
    gate.release(1, 50);
    submit();
    expect(gate.waitMs).toBe(50);
    expect([submit(49).verdict, submit(50).verdict]).toEqual(['deadline', 'waiting']);
    expect(gate.waitMs).toBe(100);
    expect([submit(99).verdict, submit(100).verdict]).toEqual(['deadline', 'waiting']);
  });

  it('is shared by the threads', () => {
    const { gate, submit } = open({ threads: 4 });
    submit();
    gate.release(4, 80);
    for (let calls = 0; calls < 4; calls++) submit();
    expect(gate.waitMs).toBe(20);
  });

  it('is estimated anew with each call, a tenth at a time', () => {
    const { gate, submit } = open({ threads: 1 });
    submit();
    gate.release(1, 100);
    submit();
    gate.release(1, 0);
    submit();
    expect(gate.waitMs).toBeCloseTo(90);
  });

  it('is not judged while nothing is known, or a thread is free', () => {
    const { gate, submit } = open({ threads: 1 });
    expect(gate.waitMs).toBe(0);
    submit();
    expect([gate.waitMs, submit(0).verdict]).toEqual([0, 'waiting']);
    gate.drain();
    gate.release(1, 70);
    expect(gate.waitMs).toBe(0);
  });

  it('may pass while it waits: the call fails, and the next one starts', () => {
    const { gate, clock, submit } = open({ threads: 1 });
    submit();
    const [late, alsoLate, next] = [submit(10), submit(20), submit(21)];
    clock.at = 20;
    gate.release(1, 20);
    expect([late, alsoLate, next].map(({ call }) => call.fates)).toEqual([
      ['expired'],
      ['expired'],
      ['started'],
    ]);
    expect(gate.waiting).toBe(0);
  });

  it('may have passed for all: the thread is free then', () => {
    const { gate, clock, submit } = open();
    const { call } = submit(10);
    clock.at = 11;
    gate.add(1);
    expect([call.fates, gate.idle, gate.waiting]).toEqual([['expired'], 1, 0]);
  });
});

describe('a gate of threads, whatever happens,', () => {
  it('starts each call once, in order, never more than there are threads, and lets none idle', () => {
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.array(step, { maxLength: 150 }), (maxQueue, steps) => {
        const run = new ThreadGateRun(maxQueue);
        for (const one of steps) run.do(one);
      }),
      { numRuns: 200 },
    );
  });
});
