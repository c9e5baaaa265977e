import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, it } from 'vitest';

import type { RefusalReason } from '../../../lib/admission/refusal-reason.ts';
import { RequestTicket } from '../../../lib/admission/request-ticket.ts';
import { makeGroup } from './gate-harness.ts';

const storage = new AsyncLocalStorage<string>();

class NotedTicket extends RequestTicket {
  readonly notes: string[] = [];

  constructor() {
    const plan = { group: makeGroup(), isLimited: true };
    super({ plan, rank: 1, arrivedAt: 5, deadlineAt: 9 });
  }

  override goOn(): void {
    this.notes.push(`in, ${storage.getStore()}`);
  }

  override turnAway(reason: RefusalReason): void {
    this.notes.push(`${reason}, ${storage.getStore()}`);
  }
}

describe('a ticket of a request', () => {
  it('continues in the asynchronous context in which it began to wait', () => {
    const ticket = new NotedTicket();
    storage.run('request', () => ticket.keepPlace());
    storage.run('gate', () => ticket.resume());
    expect(ticket.notes).toEqual(['in, request']);
  });

  it('is refused in the asynchronous context in which it began to wait', () => {
    const ticket = new NotedTicket();
    storage.run('request', () => ticket.keepPlace());
    storage.run('gate', () => ticket.refuse('codel'));
    expect(ticket.notes).toEqual(['codel, request']);
  });

  it('has the rank of the request, which may be another than that of the route', () => {
    expect(new NotedTicket()).toMatchObject({ rank: 1, isLimited: true, deadlineAt: 9 });
  });
});
