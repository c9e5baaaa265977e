import 'reflect-metadata';
import { SetMetadata } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';

import { markPoolThread } from '../../../lib/common/process/pool-thread.ts';
import { Timed } from '../../../lib/stats/timed.decorator.ts';
import { autoOffload } from '../../../lib/threads/auto-offload.ts';
import {
  bindInstance,
  bindPrototype,
  type OffloadRuntime,
} from '../../../lib/threads/offload-runtime.ts';
import { type ThreadMethod, threadMethodsOf } from '../../../lib/threads/thread-method.ts';
import { CpuBound, CpuBoundIf, IoBound } from '../../../lib/threads/threads.decorator.ts';

const auto = autoOffload();
const isLong = (text: string): boolean => text.length > 3;

class Service {
  readonly factor: number;

  constructor(factor = 2) {
    this.factor = factor;
  }

  @CpuBound()
  async times(value: number): Promise<number> {
    return this.factor * value;
  }

  @CpuBoundIf(isLong, { id: 'upper', timeoutMs: 50 })
  async upper(text: string): Promise<string> {
    return text.toUpperCase();
  }

  @CpuBoundIf(auto, { size: (list: number[]) => list.length })
  async sum(list: number[]): Promise<number> {
    return list.reduce((total, value) => total + value, 0);
  }

  @SetMetadata('below', 1)
  @IoBound({ cancel: 'abandon' })
  @SetMetadata('above', 2)
  async fail(): Promise<never> {
    throw new Error('as asked');
  }
}

function methodOf(name: string): (...args: unknown[]) => unknown {
  return Reflect.get(Service.prototype, name) as (...args: unknown[]) => unknown;
}

/** Tells what it was asked for. */
class FakeRuntime implements OffloadRuntime {
  readonly isPresent = true;
  readonly calls: { instance: object; method: ThreadMethod; args: unknown[] }[] = [];
  readonly #answer: unknown;

  constructor(answer: unknown) {
    this.#answer = answer;
  }

  call(instance: object, method: ThreadMethod, args: unknown[]): Promise<unknown> | undefined {
    this.calls.push({ instance, method, args });
    return this.#answer === undefined ? undefined : Promise.resolve(this.#answer);
  }
}

describe('a decorated method', () => {
  it('is found below other decorators that put a wrapper around it', async () => {
    class Timely {
      @Timed('test.timely')
      @IoBound()
      async now(): Promise<number> {
        return 42;
      }
    }
    expect([...threadMethodsOf(Timely.prototype).keys()]).toEqual(['now']);
    expect(await new Timely().now()).toBe(42);
  });

  it('runs here on an object that belongs to no application', async () => {
    const service = new Service(3);
    expect(await service.times(5)).toBe(15);
    expect(await service.upper('text')).toBe('TEXT');
    expect(await service.sum([1, 2])).toBe(3);
    await expect(service.fail()).rejects.toThrow('as asked');
  });

  it('is given to the application of its object, with its arguments', async () => {
    const service = new Service();
    const runtime = new FakeRuntime(42);
    bindInstance(service, runtime);
    expect(await service.times(5)).toBe(42);
    const method = threadMethodsOf(Service.prototype).get('times');
    expect(runtime.calls).toEqual([{ instance: service, method, args: [5] }]);
    expect(await new Service().times(5)).toBe(10);
  });

  it('is given to the application of its class', async () => {
    const unbind = bindPrototype(Service.prototype, new FakeRuntime(7));
    expect(await new Service().times(5)).toBe(7);
    unbind();
    expect(await new Service().times(5)).toBe(10);
  });

  it('runs here when the application does not know it', async () => {
    const service = new Service();
    bindInstance(service, new FakeRuntime(undefined));
    expect(await service.times(5)).toBe(10);
  });

  it('runs without an object, too', async () => {
    const upper = methodOf('upper');
    expect(await Reflect.apply(upper, undefined, ['abc'])).toBe('ABC');
  });

  it('keeps its name, and the metadata of other decorators', () => {
    const fail = methodOf('fail');
    expect(fail.name).toBe('fail');
    expect(Reflect.getMetadata('below', fail)).toBe(1);
    expect(Reflect.getMetadata('above', fail)).toBe(2);
  });

  it('keeps what its decorator was given', () => {
    const methods = threadMethodsOf(Service.prototype);
    expect(methods.get('times')).toMatchObject({ kind: 'cpu', when: undefined, options: {} });
    expect(methods.get('upper')).toMatchObject({
      kind: 'cpu',
      when: isLong,
      options: { id: 'upper', timeoutMs: 50 },
    });
    expect(methods.get('sum')?.when).toBe(auto);
    expect(methods.get('fail')).toMatchObject({ kind: 'io', options: { cancel: 'abandon' } });
  });
});

describe('a wrong option of a decorator', () => {
  const decorators: Record<string, (options: object) => unknown> = {
    '@CpuBound': (options) => CpuBound(options),
    '@CpuBoundIf': (options) => CpuBoundIf(isLong, options),
    '@IoBound': (options) => IoBound(options),
  };

  it.each<[string, object]>([
    ['.timeout is not an option. Known: id, pool, timeoutMs, cancel,', { timeout: 5 }],
    ['.id must be a string', { id: '' }],
    ['.pool must be a string', { pool: 5 }],
    ['.timeoutMs must be from 1 to', { timeoutMs: -5 }],
    ['.timeoutMs must be a number', { timeoutMs: '5' }],
    [".cancel must be one of 'cooperative', 'terminate', 'abandon'", { cancel: 'foo' }],
    ['.transfer must be a function', { transfer: [] }],
    ['.size must be a function', { size: 5 }],
  ])('is refused when it decorates: %s', (message, options) => {
    for (const [name, decorate] of Object.entries(decorators)) {
      expect(() => decorate(options)).toThrow(`${name}${message}`);
    }
  });

  it('is a condition that is neither a function nor learnt', () => {
    expect(() => CpuBoundIf(true as never)).toThrow(
      'The condition of @CpuBoundIf must be a function or autoOffload(). Received true.',
    );
  });
});

describe('in a thread of a pool', () => {
  const slot = Symbol.for('nestjs-buttress.pool-thread');

  afterEach(() => void Reflect.deleteProperty(globalThis, slot));

  it('a decorated method runs on the same thread', async () => {
    const service = new Service();
    const runtime = new FakeRuntime(42);
    bindInstance(service, runtime);
    markPoolThread();
    expect(await service.times(5)).toBe(10);
    expect(runtime.calls).toEqual([]);
  });
});

describe('the types of decorators', () => {
  it('want methods that return a promise, and options that fit the method', () => {
    class Wrong {
      // @ts-expect-error -- the result of another thread can't be there at once
      @CpuBound()
      atOnce(value: number): number {
        return value;
      }

      // @ts-expect-error -- the same
      @IoBound()
      nothing(): void {}

      // @ts-expect-error -- the same
      @CpuBoundIf((value: number) => value > 1)
      onCondition(value: number): number {
        return value;
      }

      // @ts-expect-error -- the condition is of another type than the arguments
      @CpuBoundIf((value: number) => value > 1)
      async otherArguments(value: string): Promise<string> {
        return value;
      }
    }
    expect(new Wrong().atOnce(1)).toBe(1);
    // @ts-expect-error -- there is no such policy
    expect(() => CpuBound({ cancel: 'hope' })).toThrow(TypeError);
  });
});
