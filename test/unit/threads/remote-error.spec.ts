import { runInNewContext } from 'node:vm';

import { HttpException, NotFoundException } from '@nestjs/common';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ButtressError, isButtressError } from '../../../lib/common/errors/buttress.error.ts';
import { encodeError, ErrorDecoder } from '../../../lib/threads/remote-error.ts';
import { ThreadPoolBusyError } from '../../../lib/threads/threads.errors.ts';

class DomainError extends Error {
  override readonly name: string = 'DomainError';
  readonly details: unknown;

  constructor(message: string, details?: unknown) {
    super(message);
    this.details = details;
  }
}

class OrderError extends DomainError {
  override readonly name = 'OrderError';
}

const decoder = new ErrorDecoder([DomainError, HttpException, NotFoundException]);

/** What the other side gets. */
function sent(error: unknown): unknown {
  return decoder.decode(structuredClone(encodeError(error)));
}

function sentError(error: Error): Error {
  const copy = sent(error);
  if (!(copy instanceof Error)) throw new TypeError('It came back as no error');
  return copy;
}

function propsOf(error: Error): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error));
}

function chainOf(error: unknown): unknown[] {
  return error instanceof Error ? [error.message, ...chainOf(error.cause)] : [];
}

describe('the class of an error from a thread', () => {
  it.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    'is the same as in the language: %o',
    (Class) => {
      const copy = sentError(new Class('no'));
      expect(Object.getPrototypeOf(copy)).toBe(Class.prototype);
      expect([copy.name, copy.message]).toEqual([Class.name, 'no']);
    },
  );

  it('is one that was given by name', () => {
    const copy = sentError(new DomainError('no', { id: 7 }));
    expect(copy).toBeInstanceOf(DomainError);
    expect(copy).toMatchObject({ name: 'DomainError', message: 'no', details: { id: 7 } });
  });

  it('is the next base that is known', () => {
    const copy = sentError(new OrderError('no', [1]));
    expect(Object.getPrototypeOf(copy)).toBe(DomainError.prototype);
    expect(copy).toMatchObject({ name: 'OrderError', details: [1] });
  });

  it('is Error where nothing else is known', () => {
    class Strange extends Error {}
    expect(Object.getPrototypeOf(sentError(new Strange('x')))).toBe(Error.prototype);
  });

  it('is the last one of two of the same name', () => {
    const first = class Same extends Error {};
    const last = { Same: class Same extends Error {} }.Same;
    const encoded = encodeError(new first('x'));
    expect(new ErrorDecoder([first, last]).decode(encoded)).toBeInstanceOf(last);
  });

  it("may be one of Nest's", () => {
    const copy = sentError(new NotFoundException({ id: 3 }, { cause: new Error('inner') }));
    expect(copy).toBeInstanceOf(NotFoundException);
    if (!(copy instanceof NotFoundException)) return;
    expect([copy.getStatus(), copy.getResponse()]).toEqual([404, { id: 3 }]);
    expect(chainOf(copy.cause)).toEqual(['inner']);
  });

  it('is a class of the package, also where only its base is known', () => {
    const given = new ThreadPoolBusyError('cpu', 2_500);
    const copy = sentError(given);
    expect(copy).toBeInstanceOf(ButtressError);
    expect(isButtressError(copy)).toBe(true);
    expect(copy).toMatchObject({
      code: 'ERR_BUTTRESS_THREADS_BUSY',
      name: 'ThreadPoolBusyError',
      statusCode: 503,
      status: 503,
      retryAfterMs: 2_500,
      pool: 'cpu',
      message: given.message,
    });
    expect(isButtressError(sent(new Error('x')))).toBe(false);
  });

  it('is native: Object.prototype.toString sees an error', () => {
    expect(Object.prototype.toString.call(sent(new DomainError('x')))).toBe('[object Error]');
  });

  it('is found for errors of other realms', () => {
    const copy = sent(runInNewContext('Object.assign(new RangeError("far"), { code: "E" })'));
    expect(copy).toBeInstanceOf(RangeError);
    expect(copy).toMatchObject({ message: 'far', code: 'E' });
  });
});

describe('an error from a thread', () => {
  it('carries its own properties, as they were', () => {
    const given = Object.assign(new Error('no'), {
      code: 'E_NO',
      status: 418,
      name: 'Teapot',
      at: new Date(5),
      nested: { map: new Map([[1, 2]]) },
    });
    const copy = sentError(given);
    expect(propsOf(copy)).toEqual(propsOf(given));
    expect(Object.keys(copy).toSorted()).toEqual(Object.keys(given).toSorted());
  });

  it('carries Buffers, of their own bytes alone', () => {
    const given = Object.assign(new Error('x'), {
      body: Buffer.from('body'),
      in: [Buffer.from('i')],
    });
    const encoded = structuredClone(encodeError(given));
    const sizes = encoded.buffers?.map(({ buffer }) => buffer.byteLength);
    expect(sizes).toEqual([4, 1]);
    expect(propsOf(sentError(given))).toEqual({
      body: Buffer.from('body'),
      in: [Buffer.from('i')],
    });
  });

  it('carries as text what cannot be copied', () => {
    const given = Object.assign(new Error('x'), {
      retry() {},
      kind: Symbol('kind'),
      request: { url: '/', send() {} },
      fine: 1,
    });
    const copy = propsOf(sentError(given));
    expect(copy).toMatchObject({ kind: 'Symbol(kind)', fine: 1, retry: '[Function: retry]' });
    expect(copy).toHaveProperty('request', expect.stringContaining("url: '/'"));
  });

  it('leaves out what throws when it is read', () => {
    const given = Object.defineProperty(new Error('x'), 'broken', {
      enumerable: true,
      get: () => {
        throw new Error('as asked');
      },
    });
    expect(sent(given)).toMatchObject({ message: 'x', broken: undefined });
  });

  it('keeps hidden what was hidden before', () => {
    const copy = sentError(new AggregateError([new Error('in')], 'x', { cause: 1 }));
    expect(Object.keys(copy)).toEqual([]);
  });
});

describe('the cause of an error from a thread', () => {
  it('is an error of its class, with its own cause', () => {
    const inner = Object.assign(new TypeError('inner'), { code: 'E_INNER' });
    const copy = sentError(new DomainError('a', undefined));
    expect('cause' in copy).toBe(false);
    const chain = new Error('a', { cause: new Error('b', { cause: inner }) });
    const { cause } = sentError(chain);
    expect(chainOf(sentError(chain))).toEqual(['a', 'b', 'inner']);
    expect(cause).toBeInstanceOf(Error);
    expect((cause as Error).cause).toBeInstanceOf(TypeError);
    expect((cause as Error).cause).toMatchObject({ code: 'E_INNER' });
  });

  it.each([['a text'], [7], [null], [{ status: 1, body: Buffer.from('b') }], [undefined]])(
    'may be no error: %o',
    (cause) => {
      const copy = sentError(new Error('x', { cause }));
      expect(Object.hasOwn(copy, 'cause')).toBe(true);
      expect(copy.cause).toEqual(cause);
    },
  );

  it('is sent as text where it cannot be copied', () => {
    const copy = sentError(new Error('x', { cause: { save() {} } }));
    expect(copy.cause).toEqual(expect.stringContaining('save'));
  });

  it('is cut off where it has no end', () => {
    let deep = new Error('0');
    for (let level = 1; level < 100; level++) deep = new Error(String(level), { cause: deep });
    expect(chainOf(sentError(deep))).toHaveLength(17);
    const circle = new Error('circle');
    circle.cause = circle;
    expect(chainOf(sentError(circle))).toHaveLength(17);
  });
});

describe('the members of an AggregateError from a thread', () => {
  it('are what they were, errors or not', () => {
    const given = new AggregateError([new TypeError('a'), 'b', new DomainError('c', 1)], 'all');
    const copy = sentError(given);
    expect(copy).toBeInstanceOf(AggregateError);
    if (!(copy instanceof AggregateError)) return;
    const [first, second, third] = copy.errors as unknown[];
    expect(first).toBeInstanceOf(TypeError);
    expect(second).toBe('b');
    expect(third).toBeInstanceOf(DomainError);
    expect(third).toMatchObject({ message: 'c', details: 1 });
  });

  it('are a hundred at most', () => {
    const many = Array.from({ length: 500 }, (_, index) => new Error(String(index)));
    const copy = sentError(new AggregateError(many));
    expect(copy).toHaveProperty('errors.length', 100);
  });
});

describe('what was thrown in a thread', () => {
  it.each([
    ['a text'],
    [undefined],
    [null],
    [0],
    [{ status: 404, list: [1] }],
    [new Map([[1, 2]])],
  ])('need not be an error: %o', (thrown) => {
    expect(sent(thrown)).toEqual(thrown);
  });

  it('may hold Buffers', () => {
    const copy = sent({ body: Buffer.from('body') });
    expect(copy).toEqual({ body: Buffer.from('body') });
  });

  it('comes as text where it cannot be copied', () => {
    expect(sent(function thrown() {})).toBe('[Function: thrown]');
    expect(sent(Symbol('thrown'))).toBe('Symbol(thrown)');
    expect(sent({ fn() {} })).toBe('{ fn: [Function: fn] }');
  });
});

function inThread(): Error {
  return new DomainError('no');
}

function inCaller(error: Error): Error {
  return sentError(error);
}

describe('the stack of an error from a thread', () => {
  it('goes on with that of the caller', () => {
    const { stack = '' } = inCaller(inThread());
    const [thread = '', caller = ''] = stack.split("\n    at the thread's caller");
    expect(thread).toMatch(/^DomainError: no\n {4}at .*inThread/);
    expect(thread).not.toContain('inCaller');
    expect(caller).toContain('inCaller');
    expect(caller).not.toContain('ErrorDecoder');
  });

  it('of a cause is that of the thread alone', () => {
    const copy = inCaller(new Error('outer', { cause: inThread() }));
    const { stack = '' } = copy.cause as Error;
    expect(stack).toContain('inThread');
    expect(stack).not.toContain("the thread's caller");
  });

  it('is no enumerable property, as always', () => {
    expect(Object.keys(inCaller(new Error('x')))).not.toContain('stack');
  });
});

describe('whatever an error carries', () => {
  it('has a name that is text', () => {
    expect(sentError(Object.assign(new Error('x'), { name: null })).name).toBe('null');
    expect(sentError(Object.assign(new Error('x'), { name: 'Own' })).name).toBe('Own');
  });

  it('can be sent, and what can be copied arrives as it was', () => {
    const names = fc
      .string()
      .filter((name) => !/^(?:name|message|stack|cause|errors|__proto__)$/.test(name));
    const values = fc.oneof(
      fc.jsonValue(),
      fc.string().map((text) => Buffer.from(text)),
    );
    const functions = fc.func(fc.constant(1));
    const all = fc.dictionary(names, fc.tuple(values, fc.option(functions)), { maxKeys: 5 });
    fc.assert(
      fc.property(fc.string(), all, (message, props) => {
        const given = new Error(message);
        for (const [name, [value, fn]] of Object.entries(props)) {
          Object.assign(given, { [name]: fn ?? value });
        }
        const copy = sentError(given);
        expect(copy.message).toBe(message);
        for (const [name, [value, fn]] of Object.entries(props)) {
          const arrived: unknown = Reflect.get(copy, name);
          if (fn === null) expect(arrived).toStrictEqual(value);
          else expect(typeof arrived).toBe('string');
        }
      }),
    );
  });
});
