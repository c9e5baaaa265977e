import { describe, expect, it } from 'vitest';

import { CONTEXT_OPTIONS } from '../../lib/context/context.options.ts';
import { resolveLoggingOptions } from '../../lib/logging/logging.options.ts';
import { STATS_OPTIONS } from '../../lib/stats/stats.options.ts';

describe('options of the reporting features', () => {
  it('have defaults', () => {
    expect(CONTEXT_OPTIONS.resolve()).toEqual({
      deadline: { defaultMs: 30_000, header: 'x-request-timeout-ms' },
      idHeader: 'x-request-id',
      baggage: new Set(),
    });
    expect(STATS_OPTIONS.resolve()).toEqual({ intervalMs: 10_000, http: true, runtime: true });
    expect(resolveLoggingOptions()).toMatchObject({ level: 'info', access: true, redact: [] });
  });

  it('may switch deadlines off', () => {
    expect(
      CONTEXT_OPTIONS.resolve({ deadline: { defaultMs: false, header: false } }).deadline,
    ).toEqual({ defaultMs: Infinity, header: undefined });
  });

  it.each([
    [
      () => CONTEXT_OPTIONS.resolve({ deadline: { defaultMs: 0 } }),
      'context.deadline.defaultMs must be a whole number from 1 to 86400000',
    ],
    [
      () => CONTEXT_OPTIONS.resolve({ deadline: { header: 'a b' } }),
      'context.deadline.header must be the name of a header',
    ],
    [
      () => CONTEXT_OPTIONS.resolve({ idHeader: '' }),
      'context.idHeader must be a string that is not empty',
    ],
    [
      () => CONTEXT_OPTIONS.resolve({ baggage: 'a' as never }),
      'context.baggage must be a list of names',
    ],
    [
      () => CONTEXT_OPTIONS.resolve({ deadlines: {} } as never),
      'context.deadlines is not an option. Known:',
    ],
    [
      () => STATS_OPTIONS.resolve({ intervalMs: 5 }),
      'stats.intervalMs must be a whole number from 100',
    ],
    [() => STATS_OPTIONS.resolve({ http: 1 as never }), 'stats.http must be true or false'],
    [
      () => resolveLoggingOptions({ level: 'loud' as never }),
      "logging.level must be one of 'trace', 'debug'",
    ],
    [
      () => resolveLoggingOptions({ redact: 'x' as never }),
      'logging.redact must be a list of names',
    ],
  ])('say which one is wrong, and what it may be', (resolve, message) => {
    expect(resolve).toThrow(message);
  });
});
