import { ApplicationConfig } from '@nestjs/core';
import { expect, it } from 'vitest';

import { type HookReply, reserveRequestHooks } from '../../../../lib/common/http/request-hooks.ts';
import { errorFilters } from '../../../../lib/common/http/send-error.ts';
import { ContextAbortError, RequestCrashedError } from '../../../../lib/context/context.errors.ts';

/** A reply that nothing is sent from. */
function openReply() {
  const sent: unknown[] = [];
  const reply: HookReply = {
    sent: false,
    raw: {
      headersSent: false,
      statusCode: 200,
      writableFinished: false,
      writableEnded: false,
      getHeader: () => undefined,
      end: () => undefined,
      on: () => undefined,
    },
    header: () => undefined,
    code: () => undefined,
    type: () => undefined,
    send: (payload) => void sent.push(payload),
  };
  return { reply, sent };
}

it('R43: a filter that has left a request without an answer is not asked again', () => {
  const httpAdapter = {};
  const asked: Error[] = [];
  // As Nest's does when an async filter rejects: it never hears of that.
  reserveRequestHooks(httpAdapter).onError = (error) => void asked.push(error);
  const log = { error: () => undefined };
  const filters = errorFilters({ config: new ApplicationConfig(), host: { httpAdapter }, log });
  const { reply, sent } = openReply();
  filters.answer(reply, new ContextAbortError('shutdown'));
  expect([asked.length, sent]).toEqual([1, []]);
  filters.answer(reply, new RequestCrashedError());
  expect(asked).toHaveLength(1);
  expect(sent).toEqual([expect.stringContaining('ERR_BUTTRESS_CONTEXT_CRASHED')]);
});
