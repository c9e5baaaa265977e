import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ContextKey } from '../../../lib/context/context-key.ts';
import { ContextScope, provideScope } from '../../../lib/context/context-scope.ts';
import { ContextAbortError } from '../../../lib/context/context.errors.ts';
import { CONTEXT_OPTIONS } from '../../../lib/context/context.options.ts';
import { Context, present } from '../../../lib/context/context.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import type { RequestContext } from '../../../lib/context/request-context.ts';

/** Listeners of a signal, counted by what adds and removes them. */
function listenersOf(signal: AbortSignal): { count: number } {
  const counted = { count: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    counted.count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    counted.count--;
    remove(...args);
  };
  return counted;
}

describe('Context.run', () => {
  it('enters a context for the function and what it awaits', async () => {
    const seen = await Context.run({ id: 'job' }, async () => {
      await sleep(1);
      return Context.current()?.id;
    });
    expect(seen).toBe('job');
    expect(Context.current()).toBeUndefined();
  });

  it.each([
    ['returns', () => 1],
    ['fulfils', async () => sleep(1)],
    ['rejects', () => Promise.reject(new Error('as asked'))],
    [
      'throws',
      () => {
        throw new Error('as asked');
      },
    ],
  ])('ends its context when the function %s', async (_name, fn) => {
    let context: RequestContext | undefined;
    try {
      await Context.run({}, (own) => {
        context = own;
        return fn();
      });
    } catch {
      // As asked.
    }
    expect(context?.isActive).toBe(false);
  });

  it('aborts at its deadline, once, with a reason', async () => {
    const reasons: unknown[] = [];
    await Context.run({ deadlineMs: 20 }, async ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      await expect.poll(() => signal.aborted).toBe(true);
    });
    expect(reasons).toEqual([new ContextAbortError('deadline')]);
  });

  it('keeps to the deadline of the enclosing context, and aborts with it', async () => {
    await Context.run({ deadlineMs: 1_000 }, async () => {
      const outer = present();
      await Context.run({ deadlineMs: 60_000 }, async (inner) => {
        expect(present().deadlineAt).toBe(outer.deadlineAt);
        expect(inner.trace.traceId).toBe(outer.trace.traceId);
        const { signal } = inner;
        outer.abort('client-gone');
        expect((signal.reason as ContextAbortError).reason).toBe('client-gone');
      });
      Context.run({}, (late) => {
        expect(late.signal.aborted).toBe(true);
      });
    });
  });

  it('inherits trace and baggage, except what it is given', () => {
    const options = CONTEXT_OPTIONS.resolve({ baggage: ['tenant'] });
    onTestFinished(provideScope(new ContextScope({ options })));
    Context.run({ baggage: 'tenant=a' }, (outer) => {
      const inner = Context.run({}, ({ baggage, trace }) => ({ baggage, trace }));
      expect(inner.baggage).toEqual({ tenant: 'a' });
      expect(inner.trace.traceId).toBe(outer.trace.traceId);
      const own = Context.run({ baggage: 'tenant=b' }, ({ baggage, trace }) => ({
        baggage,
        trace,
      }));
      expect(own.baggage).toEqual({ tenant: 'b' });
      expect(own.trace.traceId).toBe(outer.trace.traceId);
    });
  });

  it('leaves no listener on the enclosing context', async () => {
    await Context.run({}, async (outer) => {
      const listeners = listenersOf(outer.signal);
      await Context.run({}, async (inner) => void inner.signal);
      expect(listeners.count).toBe(0);
    });
  });
});

describe('Context.detach', () => {
  it('leaves the context, for good', async () => {
    const seen: unknown[] = [];
    await Context.run({}, async () => {
      await Context.detach(async () => {
        seen.push(Context.current());
        await sleep(1);
        seen.push(Context.current());
      });
      expect(Context.current()).toBeDefined();
    });
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe('capture and revive', () => {
  const TENANT = new ContextKey<string>('tenant', { broadcast: true });
  const LOCAL = new ContextKey<string>('local');

  it('carry id, trace, time left and broadcast values, as plain data', async () => {
    await Context.run({ id: 'far', deadlineMs: 5_000 }, async (context) => {
      context.set(TENANT, 'acme');
      context.set(LOCAL, 'stays');
      const captured = JSON.parse(JSON.stringify(context.capture())) as ReturnType<
        RequestContext['capture']
      >;
      expect(captured.remainingMs).toBeLessThanOrEqual(5_000);
      await Context.detach(() =>
        Context.revive(captured, async (revived) => {
          expect(revived.id).toBe('far');
          // Another key of the same name: threads have their own copy of the module.
          expect(revived.get(new ContextKey<string>('tenant', { broadcast: true }))).toBe('acme');
          expect(revived.get(LOCAL)).toBeUndefined();
          expect(revived.trace).toMatchObject({
            traceId: context.trace.traceId,
            parentId: context.trace.spanId,
          });
          expect(revived.remainingMs).toBeGreaterThan(0);
          expect(revived.remainingMs).toBeLessThanOrEqual(5_000);
        }),
      );
    });
  });

  it('keep that there is no deadline', () => {
    Context.run({}, (context) => {
      expect(context.capture().remainingMs).toBeNull();
      Context.revive(context.capture(), (revived) => {
        expect(revived.remainingMs).toBe(Infinity);
      });
    });
  });
});

/** A context on a clock that stands where the test puts it. */
function contextAt(deadlineAt: number): { context: ManagedContext; clock: { now: number } } {
  const clock = { now: 0 };
  const scope = new ContextScope({ clock: { now: () => clock.now } });
  return { context: new ManagedContext(scope, { id: 'r', startedAt: 0, deadlineAt }), clock };
}

describe('ManagedContext', () => {
  it('R35 limits nothing once its request has ended in time: what it has connected goes on', () => {
    const { context, clock } = contextAt(100);
    context.end();
    clock.now = 250;
    expect([context.remainingMs, context.clamp(500)]).toEqual([Infinity, 500]);
    expect(() => context.throwIfAborted()).not.toThrow();
  });

  it('never has a negative time left, and clamps waits to it', () => {
    const { context, clock } = contextAt(100);
    expect([context.remainingMs, context.clamp(500), context.clamp(50)]).toEqual([100, 100, 50]);
    clock.now = 250;
    expect([context.remainingMs, context.clamp(500)]).toEqual([0, 0]);
    expect(() => context.throwIfAborted()).toThrow('deadline of this request has passed');
    context.end();
  });

  it('aborts for the first reason only', () => {
    const { context } = contextAt(Infinity);
    const { signal } = context;
    context.abort('client-gone');
    context.abort('shutdown');
    context.end();
    expect((signal.reason as ContextAbortError).reason).toBe('client-gone');
  });

  it('keeps 32 notes and the timings of 32 names', () => {
    const { context } = contextAt(Infinity);
    for (let index = 0; index < 50; index++) {
      context.note(`note-${index}`, index);
      context.timings.record(`step-${index}`, 1);
    }
    expect(context.notes?.size).toBe(32);
    const { other, ...named } = context.timings.snapshot();
    expect(Object.keys(named)).toHaveLength(32);
    expect(other).toEqual({ count: 18, totalMs: 18 });
  });
});
