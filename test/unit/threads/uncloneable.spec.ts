import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findUncloneable } from '../../../lib/threads/uncloneable.ts';

class Plain {
  constructor(readonly value: unknown = 1) {}
}

class Other extends Plain {
  readonly #secret = 'hidden';

  get secret(): string {
    return this.#secret;
  }
}

function circle(): object {
  const self: Record<string, unknown> = { list: [] };
  self['self'] = self;
  (self['list'] as unknown[]).push(self, new Map([[self, self]]));
  return self;
}

function canBeCloned(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

const fn = (): void => undefined;

/** What structured cloning takes. */
const CLONEABLE: [string, () => unknown][] = [
  ['nothing', () => undefined],
  ['null', () => null],
  ['numbers', () => [0, -0, Number.NaN, 1n]],
  ['dates', () => new Date()],
  ['patterns', () => /x/giu],
  ['errors', () => new TypeError('x', { cause: new Error('y') })],
  ['maps', () => new Map([[{ a: 1 }, new Set([1])]])],
  ['memory', () => [new ArrayBuffer(4), new SharedArrayBuffer(4)]],
  ['views', () => [Buffer.from('x'), new Float32Array(2), new DataView(new ArrayBuffer(2))]],
  ['instances', () => [new Plain(new Plain()), new Other()]],
  ['objects without a prototype', () => Object.assign(Object.create(null), { a: 1 })],
  ['circles', circle],
  ['boxed values', () => [Object(1), Object('text'), Object(true), Object(1n)]],
  ['holes', () => Array.from({ length: 3 }).concat([1])],
  ['what is not enumerable', () => Object.defineProperty({}, 'fn', { value: fn })],
  ['keys that are symbols', () => ({ [Symbol('key')]: fn })],
  ['values of another realm', () => runInNewContext('({ list: [1, new Date()] })')],
];

/** What it does not take. */
const UNCLONEABLE: [string, () => unknown, string][] = [
  ['a function', () => fn, 'is a function'],
  ['a class', () => Plain, 'is a function'],
  ['a symbol', () => Symbol('s'), 'is a symbol'],
  ['a boxed symbol', () => Object(Symbol('s')), 'is a symbol'],
  ['a proxy', () => new Proxy({}, {}), 'is a Proxy'],
  ['a proxy of a list', () => new Proxy([], {}), 'is a Proxy'],
  ['a promise', () => Promise.resolve(), 'is a Promise'],
  ['a WeakMap', () => new WeakMap(), 'is a WeakMap'],
  ['a WeakRef', () => new WeakRef({}), 'is a WeakRef'],
  ['a port', () => new MessageChannel().port1, 'is a MessagePort'],
  ['a URL', () => new URL('http://localhost'), 'is a URL'],
  ['a WeakSet', () => new WeakSet(), 'is a WeakSet'],
];

describe('findUncloneable', () => {
  it.each(CLONEABLE)('finds nothing in %s', (_name, make) => {
    expect(canBeCloned(make())).toBe(true);
    expect(findUncloneable(make())).toBeUndefined();
  });

  it.each(UNCLONEABLE)('finds %s', (_name, make, what) => {
    expect(canBeCloned(make())).toBe(false);
    expect(findUncloneable(make())).toEqual({ path: '', what });
    expect(findUncloneable({ deep: [make()] })).toEqual({ path: '.deep[0]', what });
  });

  it.each<[string, unknown, string]>([
    ['in a list', [1, 'a', [2, fn]], '[2][1]'],
    ['in an object', { user: { save: fn } }, '.user.save'],
    ['in a list of objects', { rows: [{}, {}, {}, { save: fn }] }, '.rows[3].save'],
    ['in a Map', new Map([['key', { fn }]]), '.get(key).fn'],
    ['in a key of a Map', new Map([[fn, 1]]), `.get(${String(fn)})`],
    ['in a Set', new Set([1, fn]), '[1]'],
    ['in an instance', { plain: new Plain([fn]) }, '.plain.value[0]'],
    ['in an object without a prototype', Object.assign(Object.create(null), { fn }), '.fn'],
    ['behind a shared object', [{ a: 1 }, { fn }], '[1].fn'],
  ])('says where it stands: %s', (_where, value, path) => {
    expect(findUncloneable(value)).toEqual({ path, what: 'is a function' });
  });

  it.each([
    ['$ok_1', '.$ok_1'],
    ['größe', '.größe'],
    ['with-dash', '["with-dash"]'],
    ['1st', '["1st"]'],
    ['say "hi"', String.raw`["say \"hi\""]`],
    ['', '[""]'],
  ])('writes the key %j as code would', (key, path) => {
    expect(findUncloneable({ [key]: fn })?.path).toBe(path);
  });

  it('shortens long keys of maps', () => {
    const found = findUncloneable(new Map([['k'.repeat(1_000), fn]]));
    expect(found?.path).toBe(`.get(${'k'.repeat(40)})`);
  });

  it('reports what throws when it is read', () => {
    const value = {
      inner: {
        get broken(): number {
          throw new Error('no');
        },
      },
    };
    expect(canBeCloned(value)).toBe(false);
    expect(findUncloneable(value)).toEqual({
      path: '.inner.broken',
      what: 'throws when it is read',
    });
  });

  it('reads what getters give', () => {
    const value = {
      get fn() {
        return fn;
      },
    };
    expect(findUncloneable(value)?.path).toBe('.fn');
  });

  it('reports the first one', () => {
    expect(findUncloneable({ a: [Symbol('a')], b: fn })?.path).toBe('.a[0]');
  });

  it('finds what stands in a circle', () => {
    const value = circle();
    Object.assign(value, { fn });
    expect(findUncloneable(value)).toEqual({ path: '.fn', what: 'is a function' });
  });

  it('looks at what many share once', () => {
    let shared: unknown = { a: 1 };
    for (let level = 0; level < 50; level++) shared = [shared, shared];
    expect(findUncloneable(shared)).toBeUndefined();
    expect(findUncloneable([shared, fn])?.path).toBe('[1]');
  });

  it('judges another instance of a class by what that one holds', () => {
    expect(findUncloneable(new Plain(fn))?.path).toBe('.value');
    expect(findUncloneable(new Plain(1))).toBeUndefined();
    expect(findUncloneable(new Plain(fn))?.path).toBe('.value');
  });
});

const bad = fc.constantFrom(...UNCLONEABLE).map(([, make]) => make());

const good = fc.oneof(
  fc.string(),
  fc.double(),
  fc.constantFrom(...CLONEABLE).map(([, make]) => make()),
);

const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '__proto__', 'constructor'));

function treesOf(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 3 }).map((list) => new Map(list)),
      fc.array(tie('tree'), { maxLength: 3 }).map((list) => new Set(list)),
      tie('tree').map((value) => new Plain(value)),
      tie('tree').map((value) => new Other(value)),
      tie('tree').map((value) => [value, value]),
    ),
  })).tree;
}

describe('findUncloneable, whatever it is given,', () => {
  it('finds something if, and only if, structured cloning refuses', () => {
    const leaf = fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: bad });
    fc.assert(
      fc.property(treesOf(leaf), (value) => {
        expect(findUncloneable(value) === undefined).toBe(canBeCloned(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives a path that leads there', () => {
    const steps = fc.array(fc.oneof(key, fc.nat({ max: 5 })), { maxLength: 6 });
    fc.assert(
      fc.property(steps, (keys) => {
        const value = keys.reduceRight<unknown>((inner, one) => {
          if (typeof one === 'string') return Object.fromEntries([[one, inner]]);
          return [...Array.from({ length: one }, () => 1), inner];
        }, fn);
        const path = findUncloneable(value)?.path;
        expect(runInNewContext(`value${path}`, { value })).toBe(fn);
      }),
    );
  });
});
