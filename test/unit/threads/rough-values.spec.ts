// Tests of what is wrong at present in lib/threads and lib/stats: move each to its spec when fixed.
import { MessageChannel } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { Stats } from '../../../lib/stats/stats.ts';
import { approximateSize } from '../../../lib/threads/approximate-size.ts';
import { clonable, reviveBuffers } from '../../../lib/threads/clone-values.ts';
import { encodeError, ErrorDecoder } from '../../../lib/threads/remote-error.ts';
import { threadMethodsOf } from '../../../lib/threads/thread-method.ts';
import { CpuBound } from '../../../lib/threads/threads.decorator.ts';
import { THREADS_OPTIONS } from '../../../lib/threads/threads.options.ts';
import { findUncloneable } from '../../../lib/threads/uncloneable.ts';

const fn = (): void => undefined;
const decoder = new ErrorDecoder([]);
const sentError = (error: Error): unknown => decoder.decode(structuredClone(encodeError(error)));

class Node {
  parent: unknown;
}
class Holder {
  bytes: unknown;
}

function get(): never {
  throw new Error('as asked');
}

describe('a copy of a rough value', () => {
  it('may go round in circles', () => {
    const circle: Record<string, unknown> = { body: Buffer.from('body') };
    circle['self'] = circle;
    const { value, buffers } = structuredClone(clonable(circle));
    reviveBuffers(buffers);
    expect(value['self']).toBe(value);
    expect(Buffer.isBuffer(value['body'])).toBe(true);
  });

  it('leaves a port that is transferred beside a slim Buffer', () => {
    const { port1, port2 } = new MessageChannel();
    const { value } = clonable([port1, Buffer.from('x')], [port1]);
    expect(value[0]).toBe(port1);
    port2.close();
  });

  it.each([
    ['boxed values', Object(5)],
    ['Blobs', new Blob(['x'])],
  ])('leaves %s beside a slim Buffer', (_name, given: unknown) => {
    const [copy] = structuredClone(clonable([given, Buffer.from('x')]).value);
    expect(Object.prototype.toString.call(copy)).toBe(Object.prototype.toString.call(given));
  });

  it.each([
    ['a promise', Promise.resolve()],
    ['a proxy', new Proxy({}, {})],
  ])('does not turn %s beside a slim Buffer into an object', (_name, given: unknown) => {
    expect(() => structuredClone(clonable([given, Buffer.from('x')]).value)).toThrow(DOMException);
  });

  it('revives Buffers in named properties of lists', () => {
    expect(clonable(Object.assign([1], { body: Buffer.alloc(1) })).buffers).toHaveLength(1);
  });
});

describe('the search for what can not be copied', () => {
  it('does not judge a class by the rest of the circle that its instance stood in', () => {
    const root: Record<string, unknown> = {};
    root['child'] = Object.assign(new Node(), { parent: root });
    root['save'] = fn;
    expect(findUncloneable(root)).toEqual({ path: '.save', what: 'is a function' });
    expect(findUncloneable(new Node())).toBeUndefined();
  });

  it('does not judge a class by an instance that held detached memory', () => {
    const bytes = new Uint8Array(4);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(findUncloneable(Object.assign(new Holder(), { bytes }))).toBeDefined();
    expect(findUncloneable(new Holder())).toBeUndefined();
  });

  it('does not judge an error by the cause of another', () => {
    expect(findUncloneable(new URIError('x', { cause: fn }))?.path).toBe('.cause');
    expect(findUncloneable(new URIError('x'))).toBeUndefined();
  });

  it('finds nothing in properties of errors, which are not copied', () => {
    expect(findUncloneable(Object.assign(new Error('x'), { retry: fn }))).toBeUndefined();
  });

  it('finds what stands in named properties of lists', () => {
    expect(findUncloneable(Object.assign([1], { save: fn }))?.path).toBe('.save');
  });

  it('finds detached memory', () => {
    const bytes = new Uint8Array(4);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(findUncloneable(bytes)).toBeDefined();
  });

  it('never throws itself', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(findUncloneable(new Map([[Object.create(null) as object, fn]]))).toBeDefined();
    expect(findUncloneable({ proxy })).toBeDefined();
    expect(findUncloneable(Object.defineProperty([], 0, { get }))).toBeDefined();
  });
});

describe('a rough error', () => {
  it('keeps `errors` that is no list', () => {
    const given = Object.assign(new Error('x'), { errors: { email: 'is taken' } });
    expect(sentError(given)).toMatchObject({ errors: { email: 'is taken' } });
  });

  it('keeps a name that is not its own property', () => {
    expect(sentError(new DOMException('m', 'TimeoutError'))).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('can always be sent, whatever its stack is', () => {
    const given = Object.defineProperty(new Error('x'), 'stack', { value: [fn] });
    expect(() => structuredClone(encodeError(given))).not.toThrow();
  });
});

describe('statistics of threads that ended', () => {
  it('leave no rate behind, and no more points than a distribution keeps', () => {
    const stats = new Stats();
    for (let thread = 1; thread <= 10; thread++) {
      const own = new Stats();
      for (let round = 0; round < 10; round++) {
        own.duration('d').record(5);
        own.rotate(10_000);
      }
      stats.include(thread, own.snapshot());
      stats.retire(thread);
    }
    const [{ series } = { series: [] }] = stats.snapshot();
    expect(series[0]?.data).toMatchObject({ rates: { m1: 0 } });
    expect(series[0]?.data).toHaveProperty('points.length', 60);
  });
});

describe('rough arguments and classes', () => {
  it('sizes lists that are linked', () => {
    let list: object | null = null;
    for (let value = 0; value < 300; value++) list = { next: list, value };
    expect(approximateSize([list])).toBeLessThan(100_000);
  });

  it('finds methods whose names are symbols', () => {
    const key = Symbol('key');
    class Service {
      @CpuBound()
      async [key](): Promise<void> {}
    }
    expect(threadMethodsOf(Service.prototype).size).toBe(1);
  });

  it.each<[string, object]>([
    ['execArgv', { execArgv: '--inspect' }],
    ['resourceLimits', { resourceLimits: 5 }],
    ['errors', { errors: ['TypeError'] }],
    ['pools', { pools: 5 }],
    ['pools', { pools: null }],
    ['cpu', { cpu: 5 }],
    ['cpu.kind', { cpu: { kind: 'io' } }],
  ])('names the wrong option %s', (name, options) => {
    expect(() => THREADS_OPTIONS.resolve(options)).toThrow(`threads.${name}`);
  });
});
