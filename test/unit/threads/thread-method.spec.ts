import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import {
  withoutOffload,
  threadMethodOf,
  threadMethodsOf,
} from '../../../lib/threads/thread-method.ts';
import { CpuBound, IoBound } from '../../../lib/threads/threads.decorator.ts';

class Base {
  protected readonly name: string = 'base';

  @CpuBound()
  async kept(): Promise<string> {
    return `${this.name}.kept`;
  }

  @CpuBound()
  async plain(): Promise<string> {
    return `${this.name}.plain`;
  }

  @CpuBound()
  async again(): Promise<string> {
    return `${this.name}.again`;
  }

  async bare(): Promise<string> {
    return `${this.name}.bare`;
  }

  get broken(): never {
    throw new Error('as asked');
  }
}

class Derived extends Base {
  protected override readonly name = 'derived';

  override async plain(): Promise<string> {
    return 'not decorated';
  }

  @IoBound({ id: 'derived-again' })
  override async again(): Promise<string> {
    return 'once more';
  }

  @IoBound()
  override async bare(): Promise<string> {
    return 'decorated here';
  }
}

function one(): number {
  return 1;
}

function two(): number {
  return 2;
}

function kindsOf(prototype: object): Record<string, string> {
  return Object.fromEntries([...threadMethodsOf(prototype)].map(([key, { kind }]) => [key, kind]));
}

describe('the decorated methods of a class', () => {
  it('are found, and nothing else, and no getter is asked', () => {
    expect(kindsOf(Base.prototype)).toEqual({ kept: 'cpu', plain: 'cpu', again: 'cpu' });
  });

  it('are those that it inherits, too, but not those that it overrides', () => {
    expect(kindsOf(Derived.prototype)).toEqual({ kept: 'cpu', again: 'io', bare: 'io' });
    expect(threadMethodsOf(Derived.prototype).get('again')?.options.id).toBe('derived-again');
  });

  it('are the same for all that inherit them', () => {
    const own = threadMethodsOf(Base.prototype).get('kept');
    expect(own).toBeDefined();
    expect(threadMethodsOf(Derived.prototype).get('kept')).toBe(own);
  });

  it('are none where there are none', () => {
    class Empty {
      readonly name = 'empty';
    }
    expect(threadMethodsOf(Empty.prototype).size).toBe(0);
    expect(threadMethodsOf(Object.create(null) as object).size).toBe(0);
    expect(threadMethodOf('text')).toBeUndefined();
    expect(threadMethodOf(() => 1)).toBeUndefined();
  });
});

describe('withoutOffload', () => {
  it('gives the method itself', async () => {
    const service = new Base();
    // oxlint-disable-next-line typescript/unbound-method -- called on the service below
    const { kept } = service;
    const itself = withoutOffload(kept);
    expect(itself).toBe(threadMethodOf(kept)?.original);
    expect(itself).not.toBe(kept);
    expect(await itself.call(service)).toBe('base.kept');
  });

  it('gives what is not decorated as it is', () => {
    expect(withoutOffload(one)).toBe(one);
  });

  it('knows what another copy of the package has decorated', () => {
    const slot = Symbol.for('nestjs-buttress.thread-method');
    Reflect.defineMetadata(slot, { kind: 'cpu', options: {}, original: one }, two);
    expect(withoutOffload(two)()).toBe(1);
  });
});
