import type { LoggerService } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FirstLines } from '../../../lib/logging/first-lines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

interface Noted extends LoggerService {
  lines: string[];
  levels: string[];
}

function noted(): Noted {
  const lines: string[] = [];
  const levels: string[] = [];
  const note = (message: unknown): void => void lines.push(String(message));
  const setLogLevels = (given: string[]): void => void levels.push(...given);
  return { lines, levels, log: note, warn: note, error: note, fatal: note, setLogLevels };
}

function hold() {
  const own = noted();
  return { own, target: noted(), first: new FirstLines(own) };
}

describe('the first lines of a start', () => {
  it('R43: are the target’s, if it comes in time', () => {
    const { own, target, first } = hold();
    first.log('starting');
    vi.advanceTimersByTime(1_999);
    first.passTo(target);
    first.log('started');
    vi.advanceTimersByTime(10_000);
    first.release();
    expect([own.lines, target.lines]).toEqual([[], ['starting', 'started']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('R43: go to the console after two seconds, and the rest to a target that comes later', () => {
    const { own, target, first } = hold();
    vi.advanceTimersByTime(60_000);
    first.log('starting');
    vi.advanceTimersByTime(1_999);
    expect(own.lines).toEqual([]);
    vi.advanceTimersByTime(1);
    first.log('waiting');
    expect(own.lines).toEqual(['starting', 'waiting']);
    first.passTo(target);
    first.log('started');
    expect([own.lines, target.lines]).toEqual([['starting', 'waiting'], ['started']]);
  });

  it.each(['warn', 'error', 'fatal'] as const)(
    'R43: go to the console at the first %s',
    (method) => {
      const { own, target, first } = hold();
      first.log('starting');
      first[method]('unreachable, retrying');
      expect(own.lines).toEqual(['starting', 'unreachable, retrying']);
      first.passTo(target);
      first.log('started');
      expect([own.lines.length, target.lines]).toEqual([2, ['started']]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('R43: keep to levels that the application sets after their release', () => {
    const { own, target, first } = hold();
    first.warn('retrying');
    first.setLogLevels(['warn']);
    first.passTo(target);
    first.warn('sold out');
    expect([own.levels, own.lines, target.lines]).toEqual([['warn'], ['retrying', 'sold out'], []]);
  });
});
