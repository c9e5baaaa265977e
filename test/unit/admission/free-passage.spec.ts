import { describe, expect, it } from 'vitest';

import { AbandonedWork } from '../../../lib/admission/abandoned-work.ts';
import { CallerPriority } from '../../../lib/admission/caller-priority.ts';
import { FreePassage, type FreePassageOptions } from '../../../lib/admission/free-passage.ts';
import type { RoutePlan } from '../../../lib/admission/route-plans.ts';
import type {
  HookReply,
  HookRequest,
  HookResponse,
} from '../../../lib/common/http/request-hooks.ts';
import { ContextScope } from '../../../lib/context/context-scope.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import { until } from '../../support/until.ts';
import { type Group, makeGroup, open, type OpenGate } from './gate-harness.ts';

const REQUEST: HookRequest = { raw: { headers: {}, method: 'GET', url: '/' } };

interface Opened extends Pick<OpenGate, 'gate' | 'loop'> {
  group: Group;
  /** A request comes; whether it passes. */
  take: (given?: { deadlineAt?: number; request?: HookRequest }) => boolean;
  context: () => ManagedContext;
}

/** A passage in the usual state: the last request had a ticket. */
function openPassage(
  options: Partial<FreePassageOptions> = {},
  route: Partial<RoutePlan> = {},
): Opened {
  const { gate, loop, come } = open();
  const group = makeGroup();
  gate.leave(come({ group }), true);
  const abandoned = new AbandonedWork({ clock: loop.clock, onStuck: () => undefined });
  const free = new FreePassage({ gate, abandoned, priority: undefined, ...options });
  const usual = { rank: 2, isLimited: true, isBypassed: false, isOrdinary: true } as const;
  const plan: RoutePlan = { group, ...usual, hold: free.holdOf(group), ...route };
  let context: ManagedContext;
  return {
    gate,
    loop,
    group,
    take: ({ deadlineAt = Infinity, request = REQUEST } = {}) => {
      const origin = { id: 'r', startedAt: loop.now, deadlineAt, endsWithResponse: true };
      context = new ManagedContext(new ContextScope(), origin);
      return free.take(context, plan, request);
    },
    context: () => context,
  };
}

function replyWith(raw: Partial<HookResponse>): HookReply {
  return { raw: raw as HookResponse } as HookReply;
}

describe('the free passage', () => {
  it('frees the place when the answer has ended', () => {
    const { take, context, gate, group } = openPassage();
    expect(take()).toBe(true);
    expect([gate.inFlight, group.inFlight]).toEqual([1, 1]);
    context().close(replyWith({ writableEnded: true }));
    expect([gate.inFlight, group.inFlight]).toEqual([0, 0]);
  });

  it('keeps the place of a handler whose client has left until the handler ends', async () => {
    const { take, context, gate } = openPassage();
    take();
    const reply = replyWith({ writableEnded: false });
    context().handler?.begin();
    context().close(reply);
    expect(gate.inFlight).toBe(1);
    context().handler?.end(reply);
    expect(gate.inFlight).toBe(0);
  });

  it('frees the place when the handler ends, though its client has yet to read', () => {
    const { take, context, gate } = openPassage();
    take();
    context().handler?.begin();
    expect(gate.inFlight).toBe(1);
    context().answered(replyWith({ writableEnded: false }));
    expect(gate.inFlight).toBe(0);
    context().close(replyWith({ writableEnded: true }));
    expect(gate.inFlight).toBe(0);
  });

  it('keeps the place of a handler until its callback answers', async () => {
    const { take, context, gate } = openPassage();
    take();
    const raw = { writableEnded: false, headersSent: false };
    context().handler?.begin();
    context().handler?.returned(undefined, replyWith(raw));
    expect(gate.inFlight).toBe(1);
    raw.headersSent = true;
    await until('the place', () => gate.inFlight === 0);
  });

  it('counts a handler that begins after its client has left', () => {
    const { take, context, gate } = openPassage();
    take();
    const reply = replyWith({ writableEnded: false });
    context().close(reply);
    expect(gate.inFlight).toBe(0);
    context().handler?.begin();
    expect(gate.inFlight).toBe(1);
    context().handler?.end(reply);
    expect(gate.inFlight).toBe(0);
  });

  it('is closed to requests without time left, and to aborted ones', () => {
    const { take, loop } = openPassage();
    loop.wait(5);
    expect(take({ deadlineAt: 5 })).toBe(false);
    expect(take({ deadlineAt: 6 })).toBe(true);
  });

  it('is closed to probes and preflights', () => {
    expect(openPassage({}, { isOrdinary: false }).take()).toBe(false);
  });

  it('takes no place for streams', () => {
    const { take, context, gate } = openPassage({}, { isLimited: false });
    expect(take()).toBe(true);
    expect(gate.inFlight).toBe(0);
    context().close(replyWith({ writableEnded: true }));
    expect(gate.inFlight).toBe(0);
  });

  it('applies the priorities of trusted callers', () => {
    const priority = new CallerPriority({ header: 'x-priority', isTrusted: () => true });
    const { take, group } = openPassage({ priority });
    take({ request: { raw: { ...REQUEST.raw, headers: { 'x-priority': 'critical' } } } });
    // Of a hundred, eighty are for normal ones beside critical ones.
    group.inFlight = 85;
    expect([group.hasRoom(2), group.hasRoom(0)]).toEqual([false, true]);
  });
});
