import { describe, expect, it } from 'vitest';

import { clonable } from '../../../lib/threads/clone-values.ts';
import { LARGE_BYTES } from '../../../lib/threads/memory-copies.ts';
import { sent } from './sent.ts';

describe('large memory', () => {
  const bytes = 3 * LARGE_BYTES;

  it('is copied once, to be given away, and stays as it is', () => {
    const [body, memory] = [Buffer.alloc(bytes, 'b'), new ArrayBuffer(bytes)];
    const given = { body, list: [memory, 'x'] };
    const ready = clonable(given);
    expect(ready.transfer).toHaveLength(2);
    expect(ready.copiedBytes).toBe(2 * bytes);
    const copy = sent(given);
    expect(copy).toEqual(given);
    expect(Buffer.isBuffer(copy.body)).toBe(true);
    expect(copy.body.buffer).not.toBe(body.buffer);
    expect([body.byteLength, memory.byteLength]).toEqual([bytes, bytes]);
  });

  it('is shared by all that shared it', () => {
    const memory = new ArrayBuffer(bytes);
    const given = { memory, words: new Uint32Array(memory), view: new DataView(memory) };
    const copy = sent(given);
    copy.words[0] = 7;
    expect(copy.view.getUint32(0, true)).toBe(7);
    expect([copy.words.buffer, copy.view.buffer]).toEqual([copy.memory, copy.memory]);
    expect(given.words[0]).toBe(0);
  });

  it('is left where it is small, shared, or of changing size', () => {
    const given = [
      new Uint8Array(LARGE_BYTES - 1),
      new Uint8Array(new SharedArrayBuffer(bytes)),
      new ArrayBuffer(bytes, { maxByteLength: 2 * bytes }),
    ];
    expect(clonable(given)).toEqual({ value: given, copiedBytes: 0 });
    expect(clonable(given).value).toBe(given);
  });

  it('is not copied where it is to be given away', () => {
    const [away, stays] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    const ready = clonable([away, away.buffer, stays], [away.buffer]);
    expect(ready.value[0]).toBe(away);
    expect(ready.value[1]).toBe(away.buffer);
    expect(ready.copiedBytes).toBe(bytes);
    expect(ready.transfer?.[0]).toBe(away.buffer);
    const copy = sent([away, away.buffer, stays], [away.buffer]);
    expect([away.byteLength, stays.byteLength]).toEqual([0, bytes]);
    expect((copy[0] as Uint8Array).buffer).toBe(copy[1]);
  });

  it('does not run the constructor of a subclass', () => {
    class Pixels extends Uint8Array {
      constructor(width: number, height: number) {
        if (typeof width !== 'number') throw new TypeError('width is no number');
        super(width * height);
      }
    }
    const copy = sent([new Pixels(bytes, 1)])[0];
    expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
    expect(copy?.byteLength).toBe(bytes);
  });

  it('is not looked for in what only looks like memory', () => {
    const fake: unknown = Object.create(ArrayBuffer.prototype);
    expect(clonable({ fake })).toEqual({ value: { fake }, copiedBytes: 0 });
  });
});
