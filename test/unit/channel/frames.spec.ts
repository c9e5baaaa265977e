import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FrameError } from '../../../lib/channel/channel.errors.ts';
import { encodeFrame, FrameDecoder } from '../../../lib/channel/frames.ts';

/** Cuts `data` at the given places. */
function chunks(data: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (data.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => data.subarray(from, places[i] ?? data.length));
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (values, cuts) => {
          const decoder = new FrameDecoder(1 << 20);
          const data = Buffer.concat(values.map(encodeFrame));
          const decoded = chunks(data, cuts).flatMap((chunk) => decoder.push(chunk));
          expect(decoded).toEqual(JSON.parse(JSON.stringify(values)));
        },
      ),
    );
  });

  it('refuses a frame above the cap before it has arrived', () => {
    const decoder = new FrameDecoder(10);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(11);
    expect(() => decoder.push(header)).toThrow(FrameError);
  });

  it('refuses what is not JSON', () => {
    const decoder = new FrameDecoder(10);
    expect(() => decoder.push(Buffer.from([0, 0, 0, 1, 0x7b]))).toThrow(FrameError);
  });
});
