import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GradientLimiter } from '../../../lib/admission/gradient-limiter.ts';

/** Answers come for so long, each of which takes so long while so many are in flight. */
class Drive {
  readonly limiter: GradientLimiter;
  #now = 1_000;

  constructor(limiter = new GradientLimiter()) {
    this.limiter = limiter;
  }

  /** Without `load`, as many are in flight as may be. */
  run(seconds: number, durationOf: (inFlight: number) => number, load = Infinity): void {
    const endsAt = this.#now + seconds * 1_000;
    for (; this.#now < endsAt; this.#now += 5) {
      const inFlight = Math.min(load, Math.max(1, Math.floor(this.limiter.limit)));
      this.limiter.sample(durationOf(inFlight), inFlight, this.#now);
    }
  }
}

/** A dependency with so many places. */
const places = (count: number) => (inFlight: number) => 100 * Math.max(1, inFlight / count);

describe('a gradient limiter', () => {
  it('begins at its initial limit, within its bounds', () => {
    expect(new GradientLimiter().limit).toBe(20);
    expect(new GradientLimiter({ initial: 50, max: 30 }).limit).toBe(30);
    expect(new GradientLimiter({ initial: 1, min: 4 }).limit).toBe(4);
  });

  it.each([
    [{ maximum: 5 } as never, 'GradientLimiter.maximum is not an option. Known: initial, min, max'],
    [{ max: '5' as never }, 'GradientLimiter.max must be a number'],
    [{ min: 0 }, 'GradientLimiter.min must be from 1 to 1000000'],
    [{ tolerance: 0.5 }, 'GradientLimiter.tolerance must be from 1 to 100'],
    [{ min: 5, max: 4 }, 'GradientLimiter.max must be at least GradientLimiter.min, which is 5'],
  ])('refuses wrong options, naming them: %j', (options, message) => {
    expect(() => new GradientLimiter(options)).toThrow(message);
  });

  it('grows while answers take no longer for it', () => {
    const drive = new Drive();
    drive.run(10, () => 50);
    expect(drive.limiter.limit).toBe(1_000);
  });

  it('stays while far fewer requests are in flight', () => {
    const drive = new Drive();
    drive.run(10, () => 50, 5);
    expect(drive.limiter.limit).toBe(20);
  });

  it.each([10, 50, 200])('finds the limit of a dependency with %i places', (count) => {
    const drive = new Drive();
    drive.run(2, places(count), 2);
    drive.run(60, places(count));
    expect(drive.limiter.limit).toBeGreaterThan(count * 0.9);
    expect(drive.limiter.limit).toBeLessThan(count * 2.5);
  });

  it('does not take a lasting overload for the norm', () => {
    const drive = new Drive();
    drive.run(20, places(50));
    const { limit, baselineMs } = drive.limiter;
    drive.run(600, places(50));
    expect(drive.limiter.limit).toBeLessThan(limit * 1.5);
    expect(drive.limiter.baselineMs).toBeLessThan((baselineMs ?? 0) * 1.5);
  });
});

describe('a gradient limiter at a service that changes', () => {
  it('lowers the limit when there are fewer places, and raises it again after that', () => {
    const drive = new Drive();
    drive.run(20, places(100));
    const before = drive.limiter.limit;
    drive.run(60, places(10));
    expect(drive.limiter.limit).toBeLessThan(before / 4);
    drive.run(30, places(100));
    expect(drive.limiter.limit).toBeGreaterThan(90);
  });

  it('R10 keeps the limit when answers only take longer: a lower one would not shorten them', () => {
    const drive = new Drive();
    drive.run(20, places(100));
    const before = drive.limiter.limit;
    drive.run(60, (inFlight) => 10 * places(100)(inFlight));
    expect(drive.limiter.limit).toBeGreaterThan(before / 2);
  });

  it('learns without load that answers take longer from now on', () => {
    const drive = new Drive();
    drive.run(5, () => 50, 2);
    drive.run(60, () => 200, 2);
    expect(drive.limiter.baselineMs).toBeGreaterThan(150);
  });

  it('judges neither a few answers nor a short time', () => {
    const few = new GradientLimiter();
    for (let i = 0; i < 9; i++) few.sample(10, 20, 1_000 + i * 1_000);
    expect(few.baselineMs).toBeUndefined();
    const short = new GradientLimiter();
    for (let i = 0; i < 50; i++) short.sample(10, 20, i);
    expect(short.baselineMs).toBeUndefined();
  });

  it('is not misled by a few very long answers', () => {
    const drive = new Drive();
    let count = 0;
    drive.run(20, (inFlight) => (count++ % 10 === 0 ? 10_000 : places(100)(inFlight)));
    expect(drive.limiter.limit).toBeGreaterThan(90);
  });

  it('keeps its bounds, whatever it samples', () => {
    const sample = fc.tuple(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat({ max: 200 }),
      fc.nat({ max: 50 }),
    );
    fc.assert(
      fc.property(fc.array(sample, { minLength: 50, maxLength: 400 }), (samples) => {
        const limiter = new GradientLimiter({ initial: 20, min: 3, max: 40 });
        let now = 0;
        for (const [durationMs, inFlight, afterMs] of samples) {
          now += afterMs;
          limiter.sample(durationMs, inFlight, now);
          expect(limiter.limit).toBeGreaterThanOrEqual(3);
          expect(limiter.limit).toBeLessThanOrEqual(40);
        }
      }),
    );
  });
});
