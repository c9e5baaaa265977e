import { describe, expect, it } from 'vitest';

import { thisMachine } from '../../lib/common/options/machine.ts';
import { CONTEXT_OPTIONS } from '../../lib/context/context.options.ts';
import { LOGGING_OPTIONS } from '../../lib/logging/logging.options.ts';
import { META_OPTIONS } from '../../lib/meta/meta.options.ts';
import { STATS_OPTIONS } from '../../lib/stats/stats.options.ts';

describe('options of the reporting features', () => {
  it('have defaults', () => {
    expect(CONTEXT_OPTIONS.resolve()).toEqual({
      deadline: { defaultMs: 30_000, header: 'x-request-timeout-ms' },
      idHeader: 'x-request-id',
      baggage: new Set(),
    });
    expect(STATS_OPTIONS.resolve()).toEqual({ intervalMs: 10_000, http: true, runtime: true });
    expect(LOGGING_OPTIONS.resolve()).toMatchObject({
      level: 'info',
      access: true,
      redact: [],
      base: {},
    });
    expect(META_OPTIONS.resolve()).toEqual({
      showEnv: [],
      certificates: [],
      redact: [],
      probes: false,
      listener: undefined,
    });
  });

  it.each([
    { hasTerminal: true, isProduction: false, pretty: true },
    { hasTerminal: true, isProduction: true, pretty: false },
    { hasTerminal: false, isProduction: false, pretty: false },
  ])('have readable lines on a terminal outside of production: %o', ({ pretty, ...facts }) => {
    expect(LOGGING_OPTIONS.resolve({}, thisMachine(facts)).pretty).toBe(pretty);
  });

  it('have a listener with the defaults of its own', () => {
    expect(META_OPTIONS.resolve({ listener: {} }).listener).toMatchObject({
      host: '127.0.0.1',
      port: 3001,
      maxAccess: 'sensitive',
    });
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
      () => LOGGING_OPTIONS.resolve({ level: 'loud' as never }),
      "logging.level must be one of 'trace', 'debug'",
    ],
    [
      () => LOGGING_OPTIONS.resolve({ redact: 'x' as never }),
      'logging.redact must be a list of names',
    ],
    [
      () => LOGGING_OPTIONS.resolve({ redact: [1] as never }),
      'logging.redact[0] must be a string that is not empty',
    ],
    [() => LOGGING_OPTIONS.resolve({ base: 5 as never }), 'logging.base must be an object'],
    [() => LOGGING_OPTIONS.resolve({ base: ['a'] as never }), 'logging.base must be an object'],
    [
      () => META_OPTIONS.resolve({ port: 1 } as never),
      'meta.port is not an option. Known: showEnv',
    ],
    [
      () => META_OPTIONS.resolve({ showEnv: 'PATH' as never }),
      'meta.showEnv must be a list of names',
    ],
    [
      () => META_OPTIONS.resolve({ redact: [1] as never }),
      'meta.redact[0] must be a string that is not empty',
    ],
    [
      () => META_OPTIONS.resolve({ certificates: [''] }),
      'meta.certificates[0] must be a string that is not empty',
    ],
    [() => META_OPTIONS.resolve({ probes: 1 as never }), 'meta.probes must be true or false'],
    [
      () => META_OPTIONS.resolve({ listener: { port: 65_536 } }),
      'meta.listener.port must be a whole number from 0 to 65535',
    ],
    [
      () => META_OPTIONS.resolve({ listener: { host: '0.0.0.0' } }),
      'meta.listener.host must be a loopback address unless meta.listener.setup authenticates',
    ],
  ])('say which one is wrong, and what it may be', (resolve, message) => {
    expect(resolve).toThrow(message);
  });
});
