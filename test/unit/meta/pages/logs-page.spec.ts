import { describe, expect, it } from 'vitest';

import type { LogRecord } from '../../../../lib/logging/recent-records.ts';
import { textOfMessage } from '../../../../lib/meta/pages/log-table.ts';
import { logsPage } from '../../../../lib/meta/pages/logs.page.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import type { ReportsSource } from '../../../../lib/reports/reports-source.ts';
import { questionTo as questionOf } from '../question-to.ts';

const AT = Date.parse('2026-11-29T18:17:05.123Z');

const ACCESS: LogRecord = {
  level: 30,
  time: AT,
  context: 'access',
  requestId: 'r1',
  method: 'POST',
  route: '/receipts',
  status: 201,
  durationMs: 2.1,
  queueWaitMs: 0,
  msg: 'request',
};

const WARNING: LogRecord = { level: 40, time: AT + 1, context: 'loop', msg: 'event loop blocked' };

/** A group whose two workers have these records. */
function questionTo(records: LogRecord[][], query: Record<string, string>) {
  const source = {
    primary: async () => [
      { id: 1, state: 'READY' },
      { id: 2, state: 'READY' },
    ],
    workers: async () => ({
      answers: records.map((value, at) => ({ identity: { role: 'worker', id: at + 1 }, value })),
      without: [],
      missing: [],
      errors: [],
    }),
  } as unknown as ReportsSource;
  return { ...questionOf(source), query };
}

async function recordsOf(records: LogRecord[][], query: Record<string, string>) {
  const { data } = await logsPage.load(questionTo(records, query));
  return (data as { value: LogRecord[] }[]).flatMap(({ value }) => value);
}

async function pageOf(query: Record<string, string>): Promise<string> {
  const question = questionTo([[ACCESS], [WARNING]], query);
  return html`${logsPage.render(await logsPage.load(question), question)}`.markup;
}

describe('The message of a log record', () => {
  it('is the request, of an access record', () => {
    expect(textOfMessage(ACCESS)).toBe('POST /receipts 201 2.1 ms');
    const left = { ...ACCESS, status: 499, isAborted: true };
    expect(textOfMessage(left)).toBe('POST /receipts 499 2.1 ms, client gone');
  });

  it('is that of the record, of any other one, even where it is called access', () => {
    expect(textOfMessage(WARNING)).toBe('event loop blocked');
    expect(textOfMessage({ context: 'access', msg: 'door open' })).toBe('door open');
  });
});

describe('The page of logs', () => {
  it('shows the time to the millisecond, and one filter', async () => {
    const markup = await pageOf({});
    expect(markup).toContain('2026-11-29 18:17:05.123');
    expect(markup).toContain('href="/requests/r1"');
    expect(markup.match(/<form/g)).toHaveLength(1);
    expect(markup).not.toContain('data-filter');
  });

  it('keeps the parameters that have no field', async () => {
    const markup = await pageOf({ request: 'r1', limit: '5', kind: 'access' });
    expect(markup).toContain('<input type="hidden" name="request" value="r1" />');
    expect(markup).toContain('<input type="hidden" name="limit" value="5" />');
    expect(markup).toMatch(/<option value="access"\s+selected/);
  });

  it.each([
    [{ q: 'post /receipts 201' }, ['request']],
    [{ kind: 'other' }, ['event loop blocked']],
    [{ kind: 'access' }, ['request']],
    [{ level: 'warn' }, ['event loop blocked']],
    [{ after: new Date(AT).toISOString() }, ['event loop blocked']],
    [{ limit: '1' }, ['event loop blocked']],
    [{ limit: '2' }, ['request', 'event loop blocked']],
  ])('filters by %o', async (query, messages) => {
    const found = await recordsOf([[ACCESS], [WARNING]], query);
    expect(found.map(({ msg }) => msg)).toEqual(messages);
  });
});
