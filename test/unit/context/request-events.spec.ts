import { describe, expect, it } from 'vitest';

import type { HookReply, HookRequest } from '../../../lib/common/http/request-hooks.ts';
import { ContextScope } from '../../../lib/context/context-scope.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import { RequestEvents } from '../../../lib/context/request-events.ts';

const context = new ManagedContext(new ContextScope(), {
  id: 'r',
  startedAt: 0,
  deadlineAt: Infinity,
});

const request = { raw: { headers: {} }, ip: '192.0.2.7' } as unknown as HookRequest;

const overHttp1 = { raw: {} } as HookReply;
const overHttp2 = { raw: { stream: { destroyed: false } } } as unknown as HookReply;

describe('the events of requests', () => {
  it.each(['onEnter', 'onClientGone'] as const)(
    'reach each listener of %s until it is removed',
    (name) => {
      const events = new RequestEvents();
      const heard: string[] = [];
      const report = name === 'onEnter' ? 'entered' : 'clientGone';
      events[name]((own) => heard.push(`first ${own.id}`));
      const remove = events[name](() => heard.push('second'));
      events[report](context, request, overHttp1);
      remove();
      events[report](context, request, overHttp1);
      expect(heard).toEqual(['first r', 'second', 'first r']);
    },
  );

  it('keep context and address of an HTTP/2 request, whose last hooks run outside of it', () => {
    const events = new RequestEvents();
    events.entered(context, request, overHttp1);
    expect(events.keptOf(request)).toBeUndefined();
    events.entered(context, request, overHttp2);
    expect(events.keptOf(request)).toEqual({ context, ip: '192.0.2.7' });
  });
});
