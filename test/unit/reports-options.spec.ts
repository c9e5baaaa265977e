import { describe, expect, it } from 'vitest';

import { resolveContextOptions } from '../../lib/context/context.options.ts';
import { resolveLoggingOptions } from '../../lib/logging/logging.options.ts';
import { resolveStatsOptions } from '../../lib/stats/stats.options.ts';

describe('options of the reporting features', () => {
  it('have defaults', () => {
    expect(resolveContextOptions()).toEqual({
      deadline: { defaultMs: 30_000, header: 'x-request-timeout-ms' },
      idHeader: 'x-request-id',
      baggage: new Set(),
    });
    expect(resolveStatsOptions()).toEqual({ intervalMs: 10_000, http: true, runtime: true });
    expect(resolveLoggingOptions()).toMatchObject({ level: 'info', access: true, redact: [] });
  });

  it('may switch deadlines off', () => {
    expect(
      resolveContextOptions({ deadline: { defaultMs: false, header: false } }).deadline,
    ).toEqual({ defaultMs: Infinity, header: undefined });
  });

  it.each([
    [
      () => resolveContextOptions({ deadline: { defaultMs: 0 } }),
      'context.deadline.defaultMs must be a whole number from 1 to 86400000',
    ],
    [
      () => resolveContextOptions({ deadline: { header: 'a b' } }),
      'context.deadline.header must be the name of a header',
    ],
    [
      () => resolveContextOptions({ idHeader: '' }),
      'context.idHeader must be a string that is not empty',
    ],
    [
      () => resolveContextOptions({ baggage: 'a' as never }),
      'context.baggage must be a list of names',
    ],
    [
      () => resolveContextOptions({ deadlines: {} } as never),
      'context.deadlines is not an option. Known:',
    ],
    [
      () => resolveStatsOptions({ intervalMs: 5 }),
      'stats.intervalMs must be a whole number from 100',
    ],
    [() => resolveStatsOptions({ http: 1 as never }), 'stats.http must be true or false'],
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
