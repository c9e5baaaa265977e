import { describe, expect, it } from 'vitest';

import type { HookReply } from '../../../lib/common/http/request-hooks.ts';
import { ContextScope } from '../../../lib/context/context-scope.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import type { Trace } from '../../../lib/context/trace.ts';
import { RequestLog } from '../../../lib/insight/request-log.ts';

const REQUEST = {
  raw: { method: 'GET', url: '/orders/1', headers: {} },
  routeOptions: { url: '/orders/:id' },
};

function replyWith(statusCode: number): HookReply {
  return { raw: { statusCode, headersSent: true, writableEnded: true } } as unknown as HookReply;
}

function contextOf(id: string, scope = new ContextScope()): ManagedContext {
  const origin = { id, startedAt: performance.now(), deadlineAt: Infinity, endsWithResponse: true };
  return new ManagedContext(scope, origin);
}

/** A request that writes a line, ends with this status, and writes its access record. */
function run(log: RequestLog, id: string, status: number): void {
  const context = contextOf(id);
  const reply = replyWith(status);
  log.begin(context, REQUEST);
  context.wrote(`{"msg":"in ${id}"}\n`);
  context.close(reply);
  context.wrote('{"msg":"access"}\n');
}

describe('The log of requests', () => {
  it('keeps the log lines of failed requests, also those that come after their end', () => {
    const log = new RequestLog(() => undefined);
    run(log, 'a', 500);
    expect(log.logs()).toEqual([
      { id: 'a', records: [{ msg: 'in a' }, { msg: 'access' }], dropped: 0 },
    ]);
  });

  it('keeps them no longer than the records of their requests', () => {
    const log = new RequestLog(() => undefined);
    for (let at = 0; at < 60; at++) run(log, `r${at}`, 500);
    const { failed, classes } = log.report();
    const kept = new Set([...failed, ...classes.flatMap(({ requests }) => requests)].map(idOf));
    expect(new Set(log.logs().map(idOf))).toEqual(kept);
    expect(kept.size).toBe(50);
    expect(kept.has('r9')).toBe(false);
  });

  it('bounds the lines of all requests in flight together', () => {
    const log = new RequestLog(() => undefined);
    const text = `{"msg":"${'x'.repeat(19_000)}"}\n`;
    const open = Array.from({ length: 300 }, (_, at) => {
      const context = contextOf(`r${at}`);
      const reply = replyWith(at < 299 ? 200 : 500);
      log.begin(context, REQUEST);
      context.wrote(text);
      return { context, reply };
    });
    const last = open.pop();
    last?.context.close(last.reply);
    expect(log.logs()).toEqual([{ id: 'r299', records: [], dropped: 1 }]);
    for (const { context, reply } of open) context.close(reply);
    run(log, 'next', 500);
    expect(log.logs().map(idOf)).toContain('next');
  });

  it('has the trace in which each request began, wherever it ends and is read', () => {
    let active: string | undefined;
    const activeTrace = (): Trace | undefined => {
      return active === undefined
        ? undefined
        : { traceId: active, spanId: '1', isSampled: true, state: '' };
    };
    const openTelemetry = { activeTrace };
    const log = new RequestLog(() => undefined);
    const context = contextOf('a', new ContextScope({ openTelemetry }));
    const reply = replyWith(500);
    active = 'of the request';
    log.begin(context, REQUEST);
    active = 'of the page';
    expect(log.report().live[0]?.traceId).toBe('of the request');
    active = undefined;
    context.close(reply);
    expect(log.report().failed[0]?.traceId).toBe('of the request');
  });

  it('keeps none of requests without a record', () => {
    const log = new RequestLog(() => undefined);
    for (const id of ['a', 'b', 'c']) run(log, id, 200);
    // Of fast requests the first of 64.
    expect(log.logs().map(idOf)).toEqual(['a']);
  });
});

function idOf({ id }: { id: string }): string {
  return id;
}
