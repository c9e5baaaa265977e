import { serialize } from 'node:v8';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { clonable } from '../../../lib/threads/clone-values.ts';
import { LARGE_BYTES } from '../../../lib/threads/memory-copies.ts';
import { sampleOf } from '../../../lib/threads/sample.ts';

const MB = 1_024 * 1_024;

/** More than lists, numbers and headers take. */
const FRAME_BYTES = 64;

const nothing = clonable(undefined);

describe('what is measured of a call', () => {
  it('is as large as its copy', () => {
    const sizes = fc.integer({ min: 0, max: 2 * LARGE_BYTES });
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(sizes, { maxLength: 3 }), (data, lengths) => {
        const value = [data, lengths.map((length) => new Uint8Array(length))];
        const sample = sampleOf(clonable(value), clonable(value));
        const size = sample?.argumentBytes ?? NaN;
        expect(sample?.resultBytes).toBe(size);
        expect(Math.abs(size - serialize(value).byteLength)).toBeLessThan(FRAME_BYTES);
      }),
    );
  });

  it('leaves out what is given away', () => {
    const [there, back] = [new Uint8Array(MB), new Uint8Array(MB)];
    const sample = sampleOf(
      clonable([there, 'x'.repeat(1_000)], [there.buffer]),
      clonable({ back }, [back.buffer]),
    );
    expect(sample?.argumentBytes).toBeGreaterThan(1_000);
    expect(sample?.argumentBytes).toBeLessThan(1_000 + FRAME_BYTES);
    expect(sample?.resultBytes).toBeLessThan(FRAME_BYTES);
    expect([there.byteLength, back.byteLength]).toEqual([MB, MB]);
  });

  it('counts what is copied beside what is given away', () => {
    const [moved, copied] = [new Uint8Array(MB), new Uint8Array(MB)];
    const sample = sampleOf(clonable([moved, copied], [moved.buffer]), nothing);
    expect(sample?.argumentBytes).toBeGreaterThan(MB);
    expect(sample?.argumentBytes).toBeLessThan(MB + FRAME_BYTES);
  });

  it('counts what was given away further as given away', () => {
    const gone = new Uint8Array(MB);
    structuredClone(gone, { transfer: [gone.buffer] });
    const sample = sampleOf({ value: [gone], transfer: [gone.buffer], copiedBytes: 0 }, nothing);
    expect(sample?.argumentBytes).toBeLessThan(FRAME_BYTES);
  });

  it('is unknown where only a message can carry it', () => {
    const port = new MessageChannel().port1;
    expect(sampleOf(clonable([port], [port]), nothing)).toBeUndefined();
    port.close();
  });
});
