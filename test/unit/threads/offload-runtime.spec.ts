import { describe, expect, it } from 'vitest';

import {
  bindInstance,
  bindPrototype,
  type OffloadRuntime,
  runtimeOf,
} from '../../../lib/threads/offload-runtime.ts';

class FakeRuntime implements OffloadRuntime {
  isPresent = false;

  call(): undefined {}
}

class Base {
  readonly name: string = 'base';
}

describe('the runtime of an object', () => {
  it('is the one that it was bound to', () => {
    const runtime = new FakeRuntime();
    const [bound, free] = [new Base(), new Base()];
    bindInstance(bound, runtime);
    expect([runtimeOf(bound), runtimeOf(free)]).toEqual([runtime, undefined]);
  });

  it('is the one of its class, which counts less than its own', () => {
    const [own, ofClass] = [new FakeRuntime(), new FakeRuntime()];
    const [bound, free] = [new Base(), new Base()];
    bindInstance(bound, own);
    const unbind = bindPrototype(Base.prototype, ofClass);
    expect(runtimeOf(bound)).toBe(own);
    expect(runtimeOf(free)).toBe(ofClass);
    unbind();
    expect(runtimeOf(free)).toBeUndefined();
    expect(runtimeOf(bound)).toBe(own);
  });

  it('is not that of a class above', () => {
    class Derived extends Base {}
    const unbind = bindPrototype(Base.prototype, new FakeRuntime());
    expect(runtimeOf(new Derived())).toBeUndefined();
    unbind();
  });

  it('is the present one where several applications have the class', () => {
    const [one, other] = [new FakeRuntime(), new FakeRuntime()];
    const unbind = [one, other].map((runtime) => bindPrototype(Base.prototype, runtime));
    const instance = new Base();
    expect(runtimeOf(instance)).toBeUndefined();
    other.isPresent = true;
    expect(runtimeOf(instance)).toBe(other);
    other.isPresent = false;
    one.isPresent = true;
    expect(runtimeOf(instance)).toBe(one);
    one.isPresent = false;
    unbind[0]?.();
    expect(runtimeOf(instance)).toBe(other);
    unbind[1]?.();
    expect(runtimeOf(instance)).toBeUndefined();
  });

  it('is none for what is no object', () => {
    for (const value of [undefined, null, 'text', 1, Base, Object.create(null)]) {
      expect(runtimeOf(value)).toBeUndefined();
    }
  });
});
