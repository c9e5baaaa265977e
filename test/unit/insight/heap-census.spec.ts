import { describe, expect, it } from 'vitest';

import { type ClassCount, censusOf } from '../../../lib/insight/heap-census.ts';
import { withLiveObjects } from '../../../lib/insight/live-objects.ts';
import { refuseCostlyCensus, takeCensus } from '../../../lib/insight/take-census.ts';

class Receipt {
  readonly lines = ['a'];
  constructor(readonly id: number) {}
}

class SlyReceipt extends Receipt {
  get looked(): never {
    throw new Error('code of the application ran');
  }
}

function trap(): never {
  throw new Error('code of the application ran');
}

function classOf(classes: readonly ClassCount[], name: string): ClassCount | undefined {
  return classes.find((one) => one.name === name);
}

describe('censusOf', () => {
  it('counts by class, the largest first', () => {
    const receipts = Array.from({ length: 1_000 }, (_, id) => new Receipt(id));
    const { classes } = censusOf([{ plain: true }, ...receipts, new Map([[1, 2]])]);
    expect(classes[0]).toMatchObject({ name: 'Receipt', count: 1_000 });
    // Two properties each, of which only some were looked at.
    expect(classes[0]?.bytes).toBe(1_000 * (24 + 2 * 8));
    expect(classOf(classes, 'Object')).toMatchObject({ count: 1 });
    expect(classOf(classes, 'Map')).toMatchObject({ count: 1, bytes: 24 + 40 });
  });

  it('counts buffers by size, exactly, once for all views of them', () => {
    const buffer = Buffer.alloc(10e6);
    const views = [buffer, buffer.subarray(5), new Uint8Array(buffer.buffer), buffer.buffer];
    const { classes, buffers } = censusOf([
      ...views,
      new SharedArrayBuffer(100),
      new ArrayBuffer(16 * 1024 * 1024),
    ]);
    expect(buffers.map(({ belowBytes, count, bytes }) => [belowBytes, count, bytes])).toEqual([
      [1_024, 1, 100],
      [65_536, 0, 0],
      [1_048_576, 0, 0],
      [16_777_216, 1, 10e6],
      [null, 1, 16_777_216],
    ]);
    expect(classOf(classes, 'ArrayBuffer')?.bytes).toBe(10e6 + 16_777_216 + 2 * 24);
    expect(classOf(classes, 'Buffer')?.count).toBe(2);
  });

  it('runs no code of the objects', () => {
    const traps = {
      get: trap,
      getPrototypeOf: trap,
      ownKeys: trap,
      getOwnPropertyDescriptor: trap,
    };
    const sly = {};
    Object.defineProperty(sly, 'constructor', { get: trap });
    const list = [
      new Proxy({}, traps),
      Object.create(new Proxy({}, traps)) as object,
      Object.create(sly) as object,
      new SlyReceipt(1),
      Object.assign(new Map(), { [Symbol.iterator]: trap }),
    ];
    const { classes } = censusOf(list);
    expect(classes.map(({ name, count }) => [name, count])).toEqual(
      expect.arrayContaining([
        ['SlyReceipt', 1],
        ['(no class)', 1],
        ['Object', 1],
      ]),
    );
    expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  it('names objects without a class, and those of nameless ones by the next above', () => {
    const Nameless = (() => class extends Receipt {})();
    Object.defineProperty(Nameless, 'name', { value: '' });
    const { classes } = censusOf([Object.create(null) as object, new Nameless(1)]);
    expect(classes.map(({ name }) => name).toSorted()).toEqual(['(no class)', 'Receipt']);
  });

  it('tells the largest of very many classes', () => {
    const many = Array.from({ length: 2_500 }, (_, at) => {
      const made = { [`C${at}`]: class extends Receipt {} }[`C${at}`] as typeof Receipt;
      return new made(at);
    });
    expect(censusOf([...many, new ArrayBuffer(1_000)]).classes).toHaveLength(2_000);
    expect(censusOf([...many, new ArrayBuffer(1_000)]).classes[0]?.name).toBe('ArrayBuffer');
  });
});

describe('withLiveObjects', () => {
  it('finds live objects of this thread, and leaves nothing behind', () => {
    const before = Object.getOwnPropertySymbols(globalThis).length;
    const own = Array.from({ length: 50 }, (_, id) => new Receipt(id));
    const found = withLiveObjects((objects) => objects.filter((one) => one instanceof Receipt));
    for (const one of own) expect(found).toContain(one);
    expect(Object.getOwnPropertySymbols(globalThis)).toHaveLength(before);
  });

  it('passes on what goes wrong, and leaves nothing behind then either', () => {
    const before = Object.getOwnPropertySymbols(globalThis).length;
    expect(() => withLiveObjects(trap)).toThrow('code of the application ran');
    expect(Object.getOwnPropertySymbols(globalThis)).toHaveLength(before);
  });
});

describe('takeCensus', () => {
  it.each([
    [112e6, 1e9, 1_000, 'block the event loop for 2000 ms, and maxBlockedMs is 1000'],
    [100 * 2 ** 20, 200 * 2 ** 20, 5_000, 'may need 300 MiB, and 200 MiB are available'],
  ])('refuses a heap of %d bytes with %d bytes available within %d ms', (heap, free, ms, text) => {
    expect(() => refuseCostlyCensus(heap, free, ms)).toThrow(text);
  });

  it('lets pass what is affordable, and refuses a limit that is none', () => {
    expect(() => refuseCostlyCensus(10e6, 1e9, 1_000)).not.toThrow();
    expect(() => takeCensus({ maxBlockedMs: 50_000 })).toThrow('maxBlockedMs');
    expect(() => takeCensus(undefined)).toThrow('maxBlockedMs');
  });
});
