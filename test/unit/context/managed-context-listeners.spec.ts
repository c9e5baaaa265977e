import { describe, expect, it } from 'vitest';

import type { HookReply } from '../../../lib/common/http/request-hooks.ts';
import type { ContextOrigin } from '../../../lib/context/context-origin.ts';
import { ContextScope } from '../../../lib/context/context-scope.ts';
import type { AbortReason, ContextAbortError } from '../../../lib/context/context.errors.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';

/** Nobody looks at it here. */
const reply = {} as HookReply;

function makeContext(
  origin: Partial<ContextOrigin> = {},
  scope = new ContextScope(),
): ManagedContext {
  return new ManagedContext(scope, { id: 'r', startedAt: 0, deadlineAt: Infinity, ...origin });
}

/** A listener that keeps what it was told. */
function keeping() {
  const reasons: AbortReason[] = [];
  return { reasons, listener: ({ reason }: ContextAbortError) => void reasons.push(reason) };
}

describe('an abort listener', () => {
  it('is called once, with the first reason', () => {
    const context = makeContext();
    const { reasons, listener } = keeping();
    context.onAbort(listener);
    expect(reasons).toEqual([]);
    context.abort('client-gone');
    context.abort('shutdown');
    context.end();
    expect(reasons).toEqual(['client-gone']);
  });

  it('gets the same error as all other recipients', () => {
    const context = makeContext();
    const { signal } = context;
    const errors: ContextAbortError[] = [];
    context.onAbort((error) => errors.push(error));
    context.onAbort((error) => errors.push(error));
    context.abort('deadline');
    expect(errors).toHaveLength(2);
    expect(errors[0]).toBe(errors[1]);
    expect(signal.reason).toBe(errors[0]);
    expect(() => context.throwIfAborted()).toThrow(errors[0]);
  });

  it('finds its context inactive', () => {
    const context = makeContext();
    const seen: boolean[] = [];
    context.onAbort(() => seen.push(context.isActive, context.signal.aborted));
    context.abort('deadline');
    expect(seen).toEqual([false, true]);
  });

  it('is called at once where the abort came before', () => {
    const context = makeContext();
    context.abort('deadline');
    const { reasons, listener } = keeping();
    context.onAbort(listener)();
    expect(reasons).toEqual(['deadline']);
  });

  it('is not called once the request is answered', () => {
    const context = makeContext();
    const { reasons, listener } = keeping();
    context.onAbort(listener);
    context.end();
    context.abort('client-gone');
    context.onAbort(listener)();
    expect(reasons).toEqual([]);
  });

  it('can be removed without the others', () => {
    const context = makeContext();
    const [one, other] = [keeping(), keeping()];
    const takeBack = context.onAbort(one.listener);
    context.onAbort(other.listener);
    takeBack();
    takeBack();
    context.abort('shutdown');
    expect([one.reasons, other.reasons]).toEqual([[], ['shutdown']]);
  });

  it('can be removed during the call, and remove others', () => {
    const context = makeContext();
    const late = keeping();
    const takeBacks: (() => void)[] = [];
    takeBacks.push(context.onAbort(() => takeBacks.forEach((takeBack) => takeBack())));
    takeBacks.push(context.onAbort(late.listener));
    context.abort('deadline');
    expect(late.reasons).toEqual([]);
  });
});

describe('the abort of a context', () => {
  it('comes with its deadline', () => {
    const clock = { at: 0, now: () => clock.at };
    const context = makeContext({ deadlineAt: 50 }, new ContextScope({ clock }));
    const { reasons, listener } = keeping();
    context.onAbort(listener);
    context.expire();
    expect(reasons).toEqual(['deadline']);
  });

  it('does not come at a deadline from which the request is exempt', () => {
    const context = makeContext({ deadlineAt: 1e9, onDeadline: () => true });
    const { reasons, listener } = keeping();
    context.onAbort(listener);
    context.expire();
    expect([reasons, context.deadlineAt]).toEqual([[], Infinity]);
  });

  it('comes with the end of the application, which then forgets the context', () => {
    const scope = new ContextScope();
    const [answered, open, idle] = [
      makeContext({}, scope),
      makeContext({}, scope),
      makeContext({}, scope),
    ];
    const both = [answered, open].map((context) => {
      const { reasons, listener } = keeping();
      context.onAbort(listener);
      return reasons;
    });
    expect(scope.signalled).toEqual(new Set([answered, open]));
    answered.end();
    expect(scope.signalled).toEqual(new Set([open]));
    scope.end();
    expect(both).toEqual([[], ['shutdown']]);
    expect(scope.signalled.size).toBe(0);
    const { reasons, listener } = keeping();
    idle.onAbort(listener);
    expect(reasons).toEqual(['shutdown']);
  });

  it('comes from the enclosing context, with the same reason', () => {
    const scope = new ContextScope();
    const parent = makeContext({}, scope);
    const child = makeContext({ parent }, scope);
    const grandchild = makeContext({ parent: child }, scope);
    const { reasons, listener } = keeping();
    grandchild.onAbort(listener);
    expect(scope.signalled).toEqual(new Set([grandchild, child, parent]));
    parent.abort('client-gone');
    expect(reasons).toEqual(['client-gone']);
    expect(child.isActive).toBe(false);
    expect(scope.signalled.size).toBe(0);
  });

  it('comes at once where the enclosing context was aborted before', () => {
    const parent = makeContext();
    parent.abort('deadline');
    const child = makeContext({ parent });
    const { reasons, listener } = keeping();
    child.onAbort(listener);
    expect([reasons, child.isActive]).toEqual([['deadline'], false]);
  });

  it('does not come from the enclosing context once its own has ended', () => {
    const parent = makeContext();
    const child = makeContext({ parent });
    const { reasons, listener } = keeping();
    child.onAbort(listener);
    child.end();
    parent.abort('client-gone');
    expect(reasons).toEqual([]);
    expect(() => child.throwIfAborted()).not.toThrow();
  });

  it('comes once to a signal and to a listener', () => {
    const parent = makeContext();
    const child = makeContext({ parent });
    let aborts = 0;
    child.signal.addEventListener('abort', () => aborts++);
    const { reasons, listener } = keeping();
    child.onAbort(listener);
    parent.abort('deadline');
    expect([aborts, reasons]).toEqual([1, ['deadline']]);
  });

  it('does not reach the enclosing context', () => {
    const parent = makeContext();
    const child = makeContext({ parent });
    child.onAbort(() => undefined);
    child.abort('deadline');
    expect(parent.isActive).toBe(true);
  });
});

describe('a listener to the end of the response', () => {
  it('is called in the order of registration', () => {
    const context = makeContext({ endsWithResponse: true });
    const calls: number[] = [];
    const asked = [1, 2, 3].map((who) => context.atEnd(() => void calls.push(who)));
    expect(asked).toEqual([true, true, true]);
    context.end();
    expect(calls).toEqual([]);
    context.close(reply);
    expect(calls).toEqual([1, 2, 3]);
  });

  it('finds its context ended', () => {
    const context = makeContext({ endsWithResponse: true });
    const seen: boolean[] = [];
    context.atEnd(() => void seen.push(context.isActive));
    context.close(reply);
    expect(seen).toEqual([false]);
  });

  it('is called for an aborted context, too', () => {
    const context = makeContext({ endsWithResponse: true });
    const calls: string[] = [];
    context.atEnd(() => void calls.push('ended'));
    context.abort('client-gone');
    expect(calls).toEqual([]);
    context.close(reply);
    expect(calls).toEqual(['ended']);
  });

  it('is refused where no response ends the context', () => {
    const context = makeContext();
    const calls: string[] = [];
    expect(context.atEnd(() => void calls.push('ended'))).toBe(false);
    context.close(reply);
    expect(calls).toEqual([]);
  });
});

describe('a context', () => {
  it('belongs to the application that created it, and to no other', () => {
    const [one, other] = [new ContextScope(), new ContextScope()];
    const context = makeContext({}, one);
    expect([context.isOf(one), context.isOf(other)]).toEqual([true, false]);
    context.end();
    expect(context.isOf(one)).toBe(true);
  });
});
