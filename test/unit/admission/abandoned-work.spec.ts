import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AbandonedWork, type Place } from '../../../lib/admission/abandoned-work.ts';

interface Work {
  place: Place;
  /** Its handler ends. */
  end: () => void;
}

/** Places of handlers whose clients have left, in the order in which they were given back. */
function open() {
  const given: Place[] = [];
  const abandoned = (onGivenBack: () => void = () => undefined): Work => {
    let isAbandoned = true;
    const place: Place = {
      group: 'GET /slow',
      get isAbandoned() {
        return isAbandoned;
      },
      giveBack: () => {
        given.push(place);
        onGivenBack();
      },
    };
    return { place, end: () => void (isAbandoned = false) };
  };
  const stuck: string[] = [];
  const work = new AbandonedWork({
    clock: { now: () => Date.now() },
    onStuck: (group) => stuck.push(group),
  });
  return { given, abandoned, stuck, work };
}

describe('abandoned work', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps its place until its handler has ended', () => {
    const { work, given, abandoned } = open();
    const { place, end } = abandoned();
    work.add(place);
    vi.advanceTimersByTime(5_000);
    expect(given).toEqual([]);
    end();
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([place]);
  });

  it('frees its place once', () => {
    const { work, given, abandoned } = open();
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.place);
    work.add(one.place);
    work.add(other.place);
    one.end();
    vi.advanceTimersByTime(1_000);
    expect(given).toEqual([one.place]);
  });

  it('is reported once when it has run on for half a minute', () => {
    const { work, given, abandoned, stuck } = open();
    work.add(abandoned().place);
    vi.advanceTimersByTime(29_900);
    expect(stuck).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(stuck).toEqual(['GET /slow']);
    expect(given).toEqual([]);
  });

  it('loses its place soon after a request whose callback may have given up', () => {
    const { work, given, abandoned } = open();
    let mayHaveGivenUp = false;
    const { place } = abandoned();
    const asked: Place = Object.defineProperty(place, 'mayHaveGivenUp', {
      get: () => mayHaveGivenUp,
    });
    work.add(asked);
    vi.advanceTimersByTime(20_000);
    mayHaveGivenUp = true;
    vi.advanceTimersByTime(10_000);
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([asked]);
  });

  it('loses its place ten minutes after it was abandoned, one by one', () => {
    const { work, given, abandoned } = open();
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.place);
    vi.advanceTimersByTime(10_000);
    work.add(other.place);
    vi.advanceTimersByTime(589_900);
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.place]);
    vi.advanceTimersByTime(9_900);
    expect(given).toEqual([one.place]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.place, other.place]);
  });

  it('is checked by one timer, and by none while there is no such work', () => {
    const { work, abandoned } = open();
    expect(vi.getTimerCount()).toBe(0);
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.place);
    work.add(other.place);
    expect(vi.getTimerCount()).toBe(1);
    one.end();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(1);
    other.end();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is checked again once there is some again', () => {
    const { work, given, abandoned } = open();
    for (let round = 1; round <= 3; round++) {
      const { place, end } = abandoned();
      work.add(place);
      end();
      vi.advanceTimersByTime(100);
      expect(given).toHaveLength(round);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may be added while places are freed', () => {
    const { work, given, abandoned } = open();
    const next = abandoned();
    const one = abandoned(() => work.add(next.place));
    work.add(one.place);
    one.end();
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.place]);
    expect(vi.getTimerCount()).toBe(1);
    next.end();
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.place, next.place]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
