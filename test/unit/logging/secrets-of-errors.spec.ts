import { format, inspect } from 'node:util';

import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { printError } from '../../../lib/common/redaction/print-error.ts';
import { LOGGING_OPTIONS } from '../../../lib/logging/logging.options.ts';
import { createRootLogger } from '../../../lib/logging/root-logger.ts';
import { encodeError, ErrorDecoder } from '../../../lib/threads/remote-error.ts';

class Headers {
  readonly accept = 'application/json';
  readonly Authorization = 'Bearer hunter2';
  readonly 'x-api-key' = 'hunter2';
}

function start(options: object = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const root = createRootLogger(LOGGING_OPTIONS.resolve(options), destination);
  return { ...root, lines, written: () => lines.join('') };
}

/** As a client of HTTP throws them: with the whole request on it. */
function axiosError(): AxiosError {
  const config: InternalAxiosRequestConfig = {
    url: 'https://api.local/v1?access_token=hunter2',
    auth: { username: 'app', password: 'hunter2' },
    headers: new AxiosHeaders({ Authorization: 'Bearer hunter2', Accept: 'text/plain' }),
  };
  return new AxiosError('Request failed with status code 500', 'ERR_BAD_RESPONSE', config);
}

function withFields(message: string): Error {
  const fields = { config: { headers: new Headers(), password: 'hunter2', retries: 2 } };
  return Object.assign(new Error(message), fields);
}

/** Its fields can't be sent from one thread to another. */
function unsendable(): Error {
  return Object.assign(new Error('refused'), {
    config: { headers: new Headers(), password: 'hunter2', retry: () => undefined },
    response: { 'set-cookie': ['sid=hunter2'], on: () => undefined },
    headers: new Map<string, unknown>([
      ['x-api-key', 'hunter2'],
      ['on', () => undefined],
    ]),
    address: 'postgres://app:hunter2@db.local/shop',
  });
}

/** What arrives here of an error that was thrown in a thread. */
function fromThread(error: unknown): unknown {
  return new ErrorDecoder([]).decode(structuredClone(encodeError(error)));
}

const errors: readonly (readonly [what: string, make: () => unknown])[] = [
  ['an error of axios', axiosError],
  ['an error with headers of a class', () => withFields('refused')],
  ['an error whose cause has them', () => new Error('outer', { cause: withFields('inner') })],
  [
    'an error whose members have them',
    () => new AggregateError([axiosError(), withFields('one')], 'several'),
  ],
  ['an error in an error', () => Object.assign(new Error('outer'), { inner: withFields('inner') })],
  [
    'an error with what prints more than its fields',
    () => {
      const headers = new globalThis.Headers({ authorization: 'Bearer hunter2' });
      const query = new URLSearchParams('token=hunter2');
      return Object.assign(new Error('refused'), { headers, query });
    },
  ],
  [
    'an error with a printed Map in its message',
    () => new Error(inspect(new Map([['password', 'hunter2']]))),
  ],
  [
    'an error with an address in its message',
    () => new Error('connect postgres://app:hunter2@db.local/shop'),
  ],
  [
    'an error whose cause has an address in its message',
    () => new Error('down', { cause: new Error('connect postgres://app:hunter2@db.local/shop') }),
  ],
  ['an error from a thread', () => fromThread(withFields('refused'))],
  ['an error from a thread that could not be sent as it was', () => fromThread(unsendable())],
  [
    'an error from a thread whose cause could not be sent as it was',
    () => fromThread(new Error('outer', { cause: unsendable() })),
  ],
  [
    'what was thrown in a thread and is no error',
    () => fromThread({ password: 'hunter2', headers: new Headers(), retry: () => undefined }),
  ],
];

describe('the root logger', () => {
  it.each(errors)('R16 It writes no secret of %s, in whatever place.', (_what, make) => {
    const { logger, written, records, errors: kinds } = start();
    logger.error(make());
    logger.error({ err: make() }, 'as usual');
    logger.error({ reason: make(), list: [make()] }, 'elsewhere');
    logger.child({ module: 'x' }).warn({ err: make() });
    logger.error('in a text: %o', make() as never);
    const seen = JSON.stringify([records.records(), kinds.groups()]);
    expect(records.records()).toHaveLength(5);
    expect(written()).not.toContain('hunter2');
    expect(seen).not.toContain('hunter2');
  });

  it('R16 It still writes the kind, the message and the place of an error whose fields it cleans.', () => {
    const { logger, records, errors: kinds } = start();
    logger.error({ err: axiosError() }, 'as usual');
    expect(records.records()).toEqual([
      expect.objectContaining({
        msg: 'as usual',
        err: expect.objectContaining({
          type: 'AxiosError',
          message: 'Request failed with status code 500',
          code: 'ERR_BAD_RESPONSE',
          stack: expect.stringContaining('secrets-of-errors') as string,
        }) as object,
      }),
    ]);
    expect(kinds.groups()).toMatchObject([{ name: 'AxiosError', code: 'ERR_BAD_RESPONSE' }]);
  });

  it('R16 It leaves an error as it was: its fields are for the code that catches it.', () => {
    const { logger } = start();
    const error = axiosError();
    logger.error({ err: error });
    expect(error.config?.headers.get('Authorization')).toBe('Bearer hunter2');
    expect(error.config?.auth).toEqual({ username: 'app', password: 'hunter2' });
  });

  it.each<[what: string, log: (logger: ReturnType<typeof start>['logger']) => void]>([
    [
      'what a child begins with',
      (logger) => logger.child({ user: { password: 'hunter2' } }).info('x'),
    ],
    [
      'what is put into a text',
      (logger) => logger.info('user %o and %j', { pin: 'hunter2' }, { pwd: 'hunter2' }),
    ],
    [
      'what is put into a text of a record',
      (logger) => logger.info({ a: 1 }, 'user %o', { pwd: 'hunter2' }),
    ],
    ['a text with an address', (logger) => logger.info('redis://:hunter2@cache.local')],
    ['a text with a header', (logger) => logger.info('Authorization: Bearer hunter2')],
    ['a text that is put into a text', (logger) => logger.info('got %s', 'password=hunter2')],
  ])('R16 It writes no secret of %s.', (_what, log) => {
    const { logger, written, lines } = start();
    log(logger);
    expect(lines).toHaveLength(1);
    expect(written()).not.toContain('hunter2');
  });

  it('R16 It writes no secret of the fields that every record has.', () => {
    const { logger, written } = start({ base: { build: 7, db: { password: 'hunter2' } } });
    logger.info('x');
    expect(written()).not.toContain('hunter2');
    expect(written()).toContain('"build":7');
  });

  it('R16 It writes a record whose fields can not be read, and throws nothing.', () => {
    const { logger, lines } = start();
    const bad = {
      get value(): string {
        throw new Error('not now');
      },
      kept: 1,
    };
    logger.info({ bad, id: 7 }, 'one');
    logger.error({ err: Object.freeze(new Error('frozen')) }, 'two');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['one', 'two']);
  });
});

describe('An error that can only be printed', () => {
  it.each(errors)('R16 shows no secret of %s', (_what, make) => {
    const printed: string[] = [];
    const print = vi.spyOn(console, 'error').mockImplementation((...given: unknown[]) => {
      printed.push(format(...given));
    });
    onTestFinished(() => print.mockRestore());
    printError(make());
    expect(printed).toHaveLength(1);
    expect(printed.join('')).not.toContain('hunter2');
  });

  it('is printed though a getter of it throws', () => {
    const printed: unknown[] = [];
    const print = vi.spyOn(console, 'error').mockImplementation((line) => void printed.push(line));
    onTestFinished(() => print.mockRestore());
    const error = Object.defineProperty(new Error('a'), 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('b');
      },
    });
    printError(error);
    expect(printed).toEqual([error.stack]);
  });

  it('shows its stack, and other fields beside it', () => {
    const printed: unknown[][] = [];
    const print = vi.spyOn(console, 'error').mockImplementation((...given: unknown[]) => {
      printed.push(given);
    });
    onTestFinished(() => print.mockRestore());
    const [plain, coded] = [new Error('a'), Object.assign(new Error('b'), { code: 'E_B' })];
    for (const error of [plain, coded, 'text']) printError(error);
    expect(printed).toEqual([[plain.stack], [`${coded.stack} { code: 'E_B' }`], ["'text'"]]);
  });
});
