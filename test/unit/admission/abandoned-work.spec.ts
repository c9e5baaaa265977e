import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AbandonedWork } from '../../../lib/admission/abandoned-work.ts';
import { HttpTicket } from '../../../lib/admission/http-ticket.ts';
import type { HookReply, HookResponse } from '../../../lib/common/request-hooks.ts';
import { makeGroup } from './gate-harness.ts';

/** A ticket whose client has left, with what ends its handler. */
function abandoned(): { ticket: HttpTicket; end: () => void } {
  const raw = { writableEnded: false, writableFinished: false, statusCode: 200 };
  const ticket = new HttpTicket({
    plan: { group: makeGroup(), rank: 2, isLimited: true, isBypassed: false },
    rank: 2,
    arrivedAt: 0,
    deadlineAt: Infinity,
    request: { raw: { headers: {} } },
    reply: { raw: raw as HookResponse } as HookReply,
    done: () => undefined,
    context: undefined,
    now: () => 0,
    refuse: () => undefined,
  });
  return { ticket, end: () => void (raw.writableEnded = true) };
}

function open() {
  const given: HttpTicket[] = [];
  const clock = { now: () => Date.now() };
  return { given, work: new AbandonedWork(clock, (ticket) => given.push(ticket)) };
}

describe('abandoned work', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps its place until its handler has ended', () => {
    const { work, given } = open();
    const { ticket, end } = abandoned();
    work.add(ticket);
    vi.advanceTimersByTime(5_000);
    expect(given).toEqual([]);
    end();
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([ticket]);
  });

  it('gives its place back once', () => {
    const { work, given } = open();
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.ticket);
    work.add(one.ticket);
    work.add(other.ticket);
    one.end();
    vi.advanceTimersByTime(1_000);
    expect(given).toEqual([one.ticket]);
  });

  it('loses its place after half a minute, each from its own start on', () => {
    const { work, given } = open();
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.ticket);
    vi.advanceTimersByTime(10_000);
    work.add(other.ticket);
    vi.advanceTimersByTime(19_900);
    expect(given).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.ticket]);
    vi.advanceTimersByTime(9_900);
    expect(given).toEqual([one.ticket]);
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.ticket, other.ticket]);
  });

  it('is looked for by one timer, and by none while there is no such work', () => {
    const { work } = open();
    expect(vi.getTimerCount()).toBe(0);
    const [one, other] = [abandoned(), abandoned()];
    work.add(one.ticket);
    work.add(other.ticket);
    expect(vi.getTimerCount()).toBe(1);
    one.end();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(1);
    other.end();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is looked for again when there is some again', () => {
    const { work, given } = open();
    for (let round = 1; round <= 3; round++) {
      const { ticket, end } = abandoned();
      work.add(ticket);
      end();
      vi.advanceTimersByTime(100);
      expect(given).toHaveLength(round);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may come while places are given back', () => {
    const given: HttpTicket[] = [];
    const [one, next] = [abandoned(), abandoned()];
    const work = new AbandonedWork({ now: () => Date.now() }, (ticket) => {
      given.push(ticket);
      if (ticket === one.ticket) work.add(next.ticket);
    });
    work.add(one.ticket);
    one.end();
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.ticket]);
    expect(vi.getTimerCount()).toBe(1);
    next.end();
    vi.advanceTimersByTime(100);
    expect(given).toEqual([one.ticket, next.ticket]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
