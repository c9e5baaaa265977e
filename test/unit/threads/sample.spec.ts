import { serialize } from 'node:v8';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sampleOf } from '../../../lib/threads/sample.ts';

const MB = 1_024 * 1_024;

/** More than lists, numbers and headers take. */
const FRAME_BYTES = 64;

const nothing = { value: undefined, moved: undefined };

describe('what is measured of a call', () => {
  it('is as large as its copy', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.uint8Array(), (data, bytes) => {
        const value = [data, bytes];
        const sample = sampleOf({ value, moved: undefined }, { value, moved: undefined });
        const size = sample?.argumentBytes ?? NaN;
        expect(sample?.resultBytes).toBe(size);
        expect(Math.abs(size - serialize(value).byteLength)).toBeLessThan(FRAME_BYTES);
      }),
    );
  });

  it('leaves out what is given away', () => {
    const [there, back] = [new Uint8Array(MB), Buffer.alloc(MB)];
    const sample = sampleOf(
      { value: [there, 'x'.repeat(1_000)], moved: [there.buffer] },
      { value: { back }, moved: [back.buffer] },
    );
    expect(sample?.argumentBytes).toBeGreaterThan(1_000);
    expect(sample?.argumentBytes).toBeLessThan(1_000 + FRAME_BYTES);
    expect(sample?.resultBytes).toBeLessThan(FRAME_BYTES);
    expect([there.byteLength, back.byteLength]).toEqual([MB, MB]);
  });

  it('counts what is copied beside what is given away', () => {
    const [moved, copied] = [new Uint8Array(MB), new Uint8Array(MB)];
    const sample = sampleOf({ value: [moved, copied], moved: [moved.buffer] }, nothing);
    expect(sample?.argumentBytes).toBeGreaterThan(MB);
    expect(sample?.argumentBytes).toBeLessThan(MB + FRAME_BYTES);
  });

  it('counts what was given away further as given away', () => {
    const gone = new Uint8Array(MB);
    structuredClone(gone, { transfer: [gone.buffer] });
    const sample = sampleOf({ value: [gone], moved: [gone.buffer] }, nothing);
    expect(sample?.argumentBytes).toBeLessThan(FRAME_BYTES);
  });

  it('is unknown where only a message can carry it', () => {
    const port = new MessageChannel().port1;
    expect(sampleOf({ value: [port], moved: [port] }, nothing)).toBeUndefined();
    port.close();
  });
});
