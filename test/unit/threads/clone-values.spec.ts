import { isDeepStrictEqual } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { clonable, reviveBuffers } from '../../../lib/threads/clone-values.ts';
import { LARGE_BYTES } from '../../../lib/threads/memory-copies.ts';
import { sent } from './sent.ts';

/** A Buffer that shows a part of more memory. */
function slice(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const memory = Buffer.alloc(bytes + 100);
  memory.write(text, 50);
  return memory.subarray(50, 50 + bytes);
}

function viewsIn(value: unknown): ArrayBufferView[] {
  if (typeof value !== 'object' || value === null) return [];
  if (ArrayBuffer.isView(value)) return [value];
  if (value instanceof Map || value instanceof Set) return [...value].flatMap(viewsIn);
  return Object.values(value).flatMap(viewsIn);
}

function slackIn(value: unknown): number {
  return viewsIn(value).reduce((sum, { buffer, byteLength }) => {
    return sum + buffer.byteLength - byteLength;
  }, 0);
}

const buffers = fc
  .tuple(fc.string({ maxLength: 20 }), fc.boolean())
  .map(([text, hasSlack]) => (hasSlack ? slice(text) : Buffer.alloc(8, text)));

const floats = fc
  .tuple(fc.array(fc.double({ noNaN: true }), { minLength: 3, maxLength: 6 }), fc.nat({ max: 3 }))
  .map(([numbers, start]) => new Float64Array(numbers).subarray(start));

/** At both sides of what makes memory large. */
const large = fc
  .tuple(fc.integer({ min: LARGE_BYTES - 8, max: LARGE_BYTES + 8 }), fc.nat({ max: 2 }))
  .map(([bytes, kind]) => {
    if (kind === 0) return new ArrayBuffer(bytes);
    return kind === 1 ? Buffer.alloc(bytes, 'x') : new Uint8Array(bytes).subarray(3);
  });

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      buffers,
      buffers,
      large,
      floats,
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('tree'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(fc.string(), tie('tree')), { maxLength: 3 }).map((list) => new Map(list)),
    fc.array(tie('tree'), { maxLength: 3 }).map((list) => new Set(list)),
  ),
}));

describe('a Buffer', () => {
  it.each<[string, (buffer: Buffer) => unknown, (copy: never) => unknown]>([
    ['by itself', (buffer) => buffer, (copy) => copy],
    ['in an object', (buffer) => ({ a: { b: buffer } }), (copy: { a: { b: unknown } }) => copy.a.b],
    ['in a list', (buffer) => [1, [buffer]], (copy: [1, [unknown]]) => copy[1][0]],
    [
      'in a Map',
      (buffer) => new Map([['k', { buffer }]]),
      (copy: Map<string, { buffer: unknown }>) => copy.get('k')?.buffer,
    ],
    [
      'as a key of a Map',
      (buffer) => new Map([[buffer, 1]]),
      (copy: Map<unknown, 1>) => [...copy.keys()][0],
    ],
    ['in a Set', (buffer) => new Set([buffer]), (copy: Set<unknown>) => [...copy][0]],
  ])('arrives as a Buffer %s', (_where, wrap, unwrap) => {
    for (const buffer of [Buffer.alloc(5, 'whole'), slice('a part'), Buffer.from('pooled')]) {
      const copy = unwrap(sent(wrap(buffer)) as never);
      expect(Buffer.isBuffer(copy)).toBe(true);
      expect(copy).toEqual(buffer);
    }
  });

  it('arrives as a Buffer in an instance of a class', () => {
    class Upload {
      readonly body = slice('body');
    }
    const copy = sent(new Upload());
    expect(Buffer.isBuffer(copy.body)).toBe(true);
    expect(copy.body.toString()).toBe('body');
  });

  it('may be empty', () => {
    for (const empty of [Buffer.alloc(0), slice('full').subarray(2, 2), Buffer.from('')]) {
      const copy = sent({ empty }).empty;
      expect([Buffer.isBuffer(copy), copy.length, copy.buffer.byteLength]).toEqual([true, 0, 0]);
    }
  });

  it('stays one where it was one', () => {
    for (const buffer of [slice('shared'), Buffer.alloc(6, 'shared')]) {
      const copy = sent({ a: buffer, b: [buffer] });
      expect(copy.b[0]).toBe(copy.a);
      expect(copy.a.toString()).toBe('shared');
    }
  });

  it('does not make Buffers of other views', () => {
    const copy = sent({ bytes: new Uint8Array([1, 2]), buffer: slice('b') });
    expect([Buffer.isBuffer(copy.bytes), Buffer.isBuffer(copy.buffer)]).toEqual([false, true]);
  });
});

describe('a view of larger memory', () => {
  it('is copied with its own bytes alone, and stays as it is', () => {
    const memory = Buffer.alloc(1_000_000);
    const view = memory.subarray(10, 20);
    const copy = sent([view])[0];
    expect(copy?.buffer.byteLength).toBe(10);
    expect(view.buffer).toBe(memory.buffer);
    expect(clonable([view]).value[0]?.buffer.byteLength).toBe(10);
  });

  it('keeps its kind', () => {
    const memory = new Float64Array([1, 2, 3, 4]);
    const given = {
      floats: memory.subarray(1, 3),
      view: new DataView(memory.buffer, 8, 8),
      words: new Uint16Array(memory.buffer, 6, 3),
      big: new BigInt64Array(memory.buffer, 8, 1),
    };
    const copy = sent(given);
    expect(copy).toEqual(given);
    expect(copy.view.getFloat64(0, true)).toBe(2);
    expect(viewsIn(copy).map(({ buffer }) => buffer.byteLength)).toEqual([16, 8, 6, 8]);
  });

  it('of shared memory stays one of it', () => {
    const shared = new SharedArrayBuffer(64);
    const view = new Int32Array(shared, 8, 2);
    const { value } = clonable({ view, other: slice('x') });
    expect(value.view).toBe(view);
    const copy = sent({ view, other: slice('x') });
    copy.view[0] = 7;
    expect(view[0]).toBe(7);
  });

  it('leaves what has none as it is: no copy is made', () => {
    const value = { a: [new Uint8Array(4), Buffer.alloc(4)], b: new Map([[1, new Date()]]) };
    expect(clonable(value).value).toBe(value);
    expect(clonable(value).buffers).toEqual([value.a[1]]);
    expect(clonable({ a: 1 }).buffers).toBeUndefined();
  });

  it('is slim beside objects that structured cloning has rules for', () => {
    const given = {
      date: new Date(5),
      pattern: /a+/gu,
      error: new RangeError('no'),
      memory: new ArrayBuffer(8),
      part: slice('part'),
    };
    const copy = sent(given);
    expect(copy.date).toEqual(given.date);
    expect(copy.pattern).toEqual(given.pattern);
    expect(copy.error).toBeInstanceOf(RangeError);
    expect(copy.memory).toEqual(given.memory);
    expect(copy.part).toEqual(given.part);
  });
});

describe('what is transferred', () => {
  it('is not copied before, and is gone afterwards', () => {
    const memory = new Uint8Array([1, 2, 3, 4]);
    const part = memory.subarray(1, 3);
    const copy = sent({ part }, [memory.buffer]);
    expect([...copy.part]).toEqual([2, 3]);
    expect(copy.part.buffer.byteLength).toBe(4);
    expect(part.byteLength).toBe(0);
  });

  it('does not keep other views from being slim', () => {
    const memory = new Uint8Array([1, 2, 3, 4]);
    const copy = sent({ part: memory.subarray(1, 3), other: slice('other') }, [memory.buffer]);
    expect([copy.part.buffer.byteLength, copy.other.buffer.byteLength]).toEqual([4, 5]);
    expect(Buffer.isBuffer(copy.other)).toBe(true);
  });

  it('may be a port', () => {
    const { port1, port2 } = new MessageChannel();
    const given = { port: port1, buffer: Buffer.alloc(2) };
    expect(clonable(given, [port1]).value).toBe(given);
    port2.close();
  });
});

describe('containers around slim views', () => {
  it('keep holes, and names of lists', () => {
    const list: unknown[] = [slice('first')];
    list[5] = slice('last');
    const copy = sent(list);
    expect(copy).toHaveLength(6);
    expect(Object.keys(copy)).toEqual(['0', '5']);
    expect(String(copy[5])).toBe('last');
    const { value } = clonable(Object.assign([slice('x')], { total: 3 }));
    expect(value.total).toBe(3);
  });

  it('keep a property that is called __proto__', () => {
    const given = JSON.parse('{"__proto__": {"evil": true}}') as { body?: Buffer };
    given.body = slice('body');
    const copy = sent(given);
    expect(Object.keys(copy)).toEqual(['__proto__', 'body']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect('evil' in copy).toBe(false);
  });

  it('stay shared where they were shared', () => {
    const inner = { body: slice('inner') };
    const copy = sent({ a: inner, b: [inner], c: new Map([['k', inner]]) });
    expect(copy.b[0]).toBe(copy.a);
    expect(copy.c.get('k')).toBe(copy.a);
  });

  it('are found among very many', () => {
    const many = Array.from({ length: 30_000 }, (_, id) => ({ id, tags: [id] }));
    const copy = sent([...many, { id: -1, body: slice('last') }]);
    const last = copy.at(-1);
    expect(copy).toHaveLength(30_001);
    expect(last).toEqual({ id: -1, body: Buffer.from('last') });
  });

  it('may go round in circles, past very many', () => {
    const circle: { self?: unknown; body: Buffer; map: Map<string, unknown> } = {
      body: slice('body'),
      map: new Map(),
    };
    circle.self = circle;
    circle.map.set('k', circle);
    const many = Array.from({ length: 10_001 }, () => ({}));
    const { value, buffers: found } = structuredClone(clonable({ many, circle }));
    reviveBuffers(found);
    expect(value.circle.self).toBe(value.circle);
    expect(value.circle.map.get('k')).toBe(value.circle);
    expect(Buffer.isBuffer(value.circle.body)).toBe(true);
  });

  it('cost no more than they are where all share the same', () => {
    let shared: unknown = { body: slice('deep') };
    for (let level = 0; level < 40; level++) shared = [shared, shared];
    const { buffers: found = [] } = clonable(shared);
    expect(found).toHaveLength(1);
  });
});

describe('whatever is sent', () => {
  it('arrives as it was, every view with memory of its own alone', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const memory = viewsIn(value).map(({ buffer }) => buffer);
        const copy = sent(value);
        expect(isDeepStrictEqual(copy, value)).toBe(true);
        expect(slackIn(copy)).toBe(0);
        expect(viewsIn(value).map(({ buffer }) => buffer)).toEqual(memory);
      }),
      { numRuns: 500 },
    );
  });

  it('arrives with its holes', () => {
    fc.assert(
      fc.property(fc.sparseArray(buffers, { maxLength: 30 }), (list) => {
        const copy = sent(list);
        expect(copy.length).toBe(list.length);
        expect(Object.keys(copy)).toEqual(Object.keys(list));
        expect(isDeepStrictEqual(copy, list)).toBe(true);
      }),
    );
  });

  it('is not touched where nothing is to be done', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(clonable(value)).toEqual({ value, copiedBytes: 0 });
        expect(clonable(value).value).toBe(value);
      }),
    );
  });

  it('may come from another realm', () => {
    const foreign: unknown = runInContext('({ list: [1, 2], bytes: [] })', createContext());
    const copy = sent([foreign, slice('own')]);
    expect(copy[0]).toEqual({ list: [1, 2], bytes: [] });
  });
});
