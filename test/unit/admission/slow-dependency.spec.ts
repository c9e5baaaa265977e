import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GradientLimiter } from '../../../lib/admission/gradient-limiter.ts';
import { FixedLimiter, type Limiter } from '../../../lib/admission/limiter.ts';
import { ClosedLoop, type ClosedLoopOptions, servers, slow, type Span } from './closed-loop.ts';

const SEEDS = [1, 42, 1_234];

/** Until then the limiter has seen nothing but the usual, in seconds. */
const WARM_UP_S = 20;

/** What throughput is measured over, in seconds. */
const WINDOW_S = 5;

/** Of what is answered where nobody is refused. */
const GOOD_SHARE = 0.8;

type Scene = Omit<ClosedLoopOptions, 'limiter' | 'dependency'> & {
  /** Made for each run: it has a state. */
  dependency: () => ClosedLoopOptions['dependency'];
  /** Clients there are after the warm-up. @default as many as before */
  thenClients?: number;
};

interface Outcome {
  windows: Span[];
  limit: number;
}

/** The windows after the warm-up. */
function observe(scene: Scene, windows: number, limiter: Limiter): Outcome {
  const loop = new ClosedLoop({ ...scene, dependency: scene.dependency(), limiter });
  loop.run(WARM_UP_S);
  if (scene.thenClients !== undefined) loop.setClients(scene.thenClients);
  return { windows: Array.from({ length: windows }, () => loop.run(WINDOW_S)), limit: loop.limit };
}

/** What is answered in each window, as a share of what would be if nobody were refused. */
function sharesOf(scene: Scene, windows: number): number[] {
  const unlimited = observe(scene, windows, new FixedLimiter(1_000_000)).windows;
  const limited = observe(scene, windows, new GradientLimiter()).windows;
  return limited.map(({ answered }, index) => answered / (unlimited[index]?.answered ?? 0));
}

/** A dependency that takes longer from the end of the warm-up on. */
function jump(beforeMs: readonly [number, number], afterMs: number): Scene['dependency'] {
  const [from, to] = beforeMs;
  return () =>
    slow((now, random) => (now < WARM_UP_S * 1_000 ? from + (to - from) * random() : afterMs));
}

describe.each(SEEDS)('a dependency that becomes slower for all alike (seed %i)', (seed) => {
  it.each([
    { beforeMs: [50, 50], afterMs: 500, clients: 50, thinkMs: 0 },
    { beforeMs: [50, 50], afterMs: 500, clients: 100, thinkMs: 0 },
    { beforeMs: [50, 50], afterMs: 500, clients: 100, thinkMs: 100 },
    { beforeMs: [50, 300], afterMs: 1_000, clients: 50, thinkMs: 0 },
    { beforeMs: [50, 300], afterMs: 1_000, clients: 100, thinkMs: 0 },
  ] as const)(
    'R10 A jump from $beforeMs ms to $afterMs ms with 100 clients, of which $clients were there before and think for $thinkMs ms, costs no throughput 5 s later.',
    ({ beforeMs, afterMs, clients, thinkMs }) => {
      const dependency = jump(beforeMs, afterMs);
      const scene = { clients, thenClients: 100, thinkMs, dependency, seed };
      const [, ...later] = sharesOf(scene, 20);
      expect(Math.min(...later)).toBeGreaterThan(GOOD_SHARE);
    },
  );
});

describe('a dependency that becomes slower for all alike', () => {
  it('R10 Whatever it took before, and however many clients there are, a jump costs no throughput 5 s later.', () => {
    const scenes = fc.record({
      clients: fc.integer({ min: 10, max: 100 }),
      // As many come on top when it becomes slow, at most.
      more: fc.double({ min: 0, max: 1, noNaN: true }),
      beforeMs: fc.integer({ min: 10, max: 200 }),
      spread: fc.double({ min: 0, max: 0.8, noNaN: true }),
      afterMs: fc.integer({ min: 200, max: 1_000 }),
      retryMs: fc.integer({ min: 50, max: 1_000 }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(scenes, ({ beforeMs, spread, afterMs, more, ...rest }) => {
        const between = [beforeMs * (1 - spread), beforeMs * (1 + spread)] as const;
        const thenClients = Math.floor(rest.clients * (1 + more));
        const dependency = jump(between, afterMs);
        const [, ...later] = sharesOf({ ...rest, thenClients, dependency }, 8);
        expect(Math.min(...later)).toBeGreaterThan(GOOD_SHARE);
      }),
      // The same scenes each time: a heuristic has no proof.
      { numRuns: 60, seed: 10 },
    );
  });
});

const CHEAP_MS = 5;
const DEAR_MS = 500;

/** Calls of both kinds, drawn. */
const mixed: Scene['dependency'] = () =>
  slow((_now, random) => (random() < 0.5 ? CHEAP_MS : DEAR_MS));

/** Calls of one kind in one window and of the other kind in the next one. */
const inTurns: Scene['dependency'] = () =>
  slow((now) => (Math.floor(now / (WINDOW_S * 1_000)) % 2 === 0 ? CHEAP_MS : DEAR_MS));

describe.each(SEEDS)('a route with cheap calls and dear ones (seed %i)', (seed) => {
  it('R10 Cheap and dear calls in any order keep their throughput.', () => {
    const shares = sharesOf({ clients: 100, dependency: mixed, seed }, 20);
    expect(Math.min(...shares)).toBeGreaterThan(GOOD_SHARE);
  });

  it.each([0, 50])(
    'R10 Cheap and dear calls in turns of 5 s keep their throughput with clients that think for %i ms.',
    (thinkMs) => {
      const shares = sharesOf({ clients: 100, thinkMs, dependency: inTurns, seed }, 20);
      const mean = (parity: number): number => {
        // Two turns of each kind to learn from.
        const own = shares.slice(4).filter((_, index) => index % 2 === parity);
        return own.reduce((sum, share) => sum + share, 0) / own.length;
      };
      expect(mean(0)).toBeGreaterThan(GOOD_SHARE);
      expect(mean(1)).toBeGreaterThan(GOOD_SHARE);
    },
  );
});

describe.each(SEEDS)('a dependency with ten servers (seed %i)', (seed) => {
  const SERVERS = 10;

  /** What it can do in a window. */
  const possible = (ms: number): number => (SERVERS * WINDOW_S * 1_000) / ms;

  const WINDOWS = 24;

  it.each([20, 50, 100])(
    'R10 Its limit is found within 20 s and kept when a call takes %i ms.',
    (ms) => {
      const dependency: Scene['dependency'] = () => servers(SERVERS, () => ms);
      const scene = { clients: 3, thenClients: 100, dependency, seed };
      const { windows, limit } = observe(scene, WINDOWS, new GradientLimiter());
      expect(limit).toBeLessThan(3 * SERVERS);
      for (const { maxLimit, meanMs, answered } of windows.slice(20 / WINDOW_S)) {
        expect(maxLimit).toBeLessThan(3 * SERVERS);
        expect(meanMs).toBeLessThan(3 * ms);
        expect(answered).toBeGreaterThan(GOOD_SHARE * possible(ms));
      }
    },
  );

  it.each([20, 50, 100])(
    'R10 Its limit is bounded when nobody ever saw it without a load, at %i ms a call.',
    (ms) => {
      const dependency: Scene['dependency'] = () => servers(SERVERS, () => ms);
      const { windows } = observe(
        { clients: 100, dependency, seed },
        WINDOWS,
        new GradientLimiter(),
      );
      for (const { maxLimit, meanMs, answered } of windows) {
        expect(maxLimit).toBeLessThan(5 * SERVERS);
        expect(meanMs).toBeLessThan(5 * ms);
        expect(answered).toBeGreaterThan(GOOD_SHARE * possible(ms));
      }
    },
  );

  it('R10 Its limit is kept when each call takes ten times as long for a minute, and after that.', () => {
    const [ms, slowMs] = [50, 500];
    const dependency: Scene['dependency'] = () =>
      servers(SERVERS, (now) => (now >= 40_000 && now < 100_000 ? slowMs : ms));
    const scene = { clients: 3, thenClients: 100, dependency, seed };
    const { windows } = observe(scene, 32, new GradientLimiter());
    const between = (fromS: number, toS: number): Span[] =>
      windows.slice((fromS - WARM_UP_S) / WINDOW_S, (toS - WARM_UP_S) / WINDOW_S);
    // There are few answers to learn from, so it may be less exact meanwhile.
    for (const { maxLimit, answered } of between(60, 100)) {
      expect(maxLimit).toBeLessThan(5 * SERVERS);
      expect(answered).toBeGreaterThan(GOOD_SHARE * possible(slowMs));
    }
    for (const { maxLimit, answered } of between(120, 180)) {
      expect(maxLimit).toBeLessThan(3 * SERVERS);
      expect(answered).toBeGreaterThan(GOOD_SHARE * possible(ms));
    }
  });
});
