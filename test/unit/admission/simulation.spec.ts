import { describe, expect, it } from 'vitest';

import {
  simulate,
  type SimulatedRoute,
  type Simulation,
  type SimulationResult,
} from '../../../bench/admission/simulate.ts';
import type { Summary } from '../../../bench/admission/tally.ts';
import { seededRandom } from '../../../bench/support/random.ts';
import type { Rank } from '../../../lib/admission/priority.ts';

const SEEDS = [1, 42, 1_234];

type Given = Partial<Simulation> & Pick<Simulation, 'routes'>;

/** A minute, of which the last fifty seconds count. */
function run(seed: number, given: Given): SimulationResult {
  const random = seededRandom(seed);
  return simulate({ random, policy: 'gradient', endsMs: 60_000, measuredFromMs: 10_000, ...given });
}

function of(result: SimulationResult, name: string): Summary & { goodPerSecond: number } {
  const summary = result[name];
  if (summary === undefined) throw new Error(`there is no route "${name}"`);
  return { ...summary, goodPerSecond: summary.good / 50 };
}

function steady(perSecond: number): SimulatedRoute['rate'] {
  return [{ fromMs: 0, perSecond }];
}

function cpuRoute(rate: SimulatedRoute['rate']): SimulatedRoute {
  return { name: 'cpu', steps: [{ kind: 'cpu', ms: 20 }], rate };
}

function rankedRoute(rank: Rank, perSecond: number): SimulatedRoute {
  return Object.assign(cpuRoute(steady(perSecond)), { name: `rank ${rank}`, rank });
}

function callRoute(rate: SimulatedRoute['rate']): SimulatedRoute {
  return { name: 'call', steps: [{ kind: 'call', dependency: 'db', ms: 100 }], rate };
}

describe.each(SEEDS)('a handler that has the loop for 20 ms (seed %i)', (seed) => {
  const at = (load: number, given: Partial<Simulation> = {}): ReturnType<typeof of> =>
    of(run(seed, { ...given, routes: [cpuRoute(steady(50 * load))] }), 'cpu');
  const half = at(0.5);

  it('refuses no request at half of its capacity', () => {
    expect(half.refused).toBe(0);
    expect(half.good).toBe(half.ended);
  });

  it.each([
    [2, 0.95],
    [5, 0.9],
  ])('F4: at %d times its capacity answers in time as many as it can', (load, share) => {
    const result = at(load);
    expect(result.goodPerSecond).toBeGreaterThanOrEqual(50 * share);
    expect(result.p99).toBeLessThanOrEqual(4 * half.p99);
    expect(result.refusedP99).toBeLessThanOrEqual(60);
  });

  it('F4: at twice its capacity answers hardly any request in time where all are admitted', () => {
    expect(at(2, { policy: 'none' }).goodPerSecond).toBeLessThan(50 * 0.1);
  });

  it('F5: is as it was two seconds after the load has fallen from five times to half', () => {
    const rate = [...steady(250), { fromMs: 20_000, perSecond: 25 }];
    const given = { measuredFromMs: 22_000, endsMs: 40_000, routes: [cpuRoute(rate)] };
    const result = of(run(seed, given), 'cpu');
    expect(result.ended).toBeGreaterThan(300);
    expect(result.refused).toBe(0);
    expect(result.p99).toBeLessThanOrEqual(2 * half.p99);
  });
});

describe('a handler that has the loop for 20 ms, over ten minutes', () => {
  it('F6: refuses fewer than one in two hundred at four fifths of its capacity', () => {
    const routes = [cpuRoute(steady(40))];
    const { refused, ended } = of(run(7, { endsMs: 610_000, routes }), 'cpu');
    expect(ended).toBeGreaterThan(20_000);
    expect(refused / ended).toBeLessThan(0.005);
  });
});

describe.each(SEEDS)('a handler that calls what has 50 places (seed %i)', (seed) => {
  const dependencies = { db: { places: 50 } };
  const at = (load: number, given: Partial<Simulation> = {}): ReturnType<typeof of> =>
    of(run(seed, { ...given, dependencies, routes: [callRoute(steady(500 * load))] }), 'call');

  it('F4: at twice its capacity answers in time as many requests as it can', () => {
    const result = at(2);
    expect(result.goodPerSecond).toBeGreaterThanOrEqual(500 * 0.95);
    expect(result.p99).toBeLessThanOrEqual(4 * at(0.5).p99);
  });

  it('F4: at twice its capacity answers hardly any request in time where all are admitted', () => {
    expect(at(2, { policy: 'none' }).goodPerSecond).toBeLessThan(500 * 0.1);
  });

  it('F6: refuses fewer than one in two hundred at four fifths of its capacity', () => {
    const { refused, ended } = at(0.8);
    expect(refused / ended).toBeLessThan(0.005);
  });
});

describe.each(SEEDS)('handlers of both kinds at one loop (seed %i)', (seed) => {
  const at = (load: number): SimulationResult => {
    const routes = [cpuRoute(steady(45 * load)), callRoute(steady(200 * load))];
    return run(seed, { routes, dependencies: { db: { places: 20 } } });
  };

  it('F13: at twice their capacity each keeps what it can do', () => {
    const [half, double] = [at(0.5), at(2)];
    expect(of(double, 'cpu').goodPerSecond).toBeGreaterThanOrEqual(45 * 0.95);
    expect(of(double, 'call').goodPerSecond).toBeGreaterThanOrEqual(200 * 0.95);
    for (const name of ['cpu', 'call']) {
      expect(of(double, name).p99).toBeLessThanOrEqual(4 * of(half, name).p99);
    }
  });
});

describe.each(SEEDS)('priorities at three times the capacity (seed %i)', (seed) => {
  it('F14: critical requests are answered, and lower priorities are refused first', () => {
    const rates = [15, 45, 45, 45];
    const routes = rates.map((perSecond, rank) => rankedRoute(rank as Rank, perSecond));
    const result = run(seed, { routes });
    const shares = routes.map(({ name }) => of(result, name).good / of(result, name).ended);
    expect(shares[0]).toBeGreaterThanOrEqual(0.999);
    expect(shares[1]).toBeGreaterThan(0.7);
    expect(Math.max(...shares.slice(2))).toBeLessThan(0.05);
    const good = routes.reduce((sum, { name }) => sum + of(result, name).goodPerSecond, 0);
    expect(good).toBeGreaterThanOrEqual(50 * 0.95);
  });
});

describe.each(SEEDS)('a dependency that takes ten times as long for 20 s (seed %i)', (seed) => {
  const slow = { fromMs: 20_000, toMs: 40_000, factor: 10 };
  const during = (places: number, span: Partial<Simulation>): Summary => {
    const dependencies = { db: { places, slow } };
    return of(run(seed, { ...span, dependencies, routes: [callRoute(steady(400))] }), 'call');
  };

  it.each([60, 1_000])('F31: with %i places is used in full ten seconds after', (places) => {
    const after = during(places, { measuredFromMs: 50_000 });
    expect(after.ended).toBeGreaterThan(3_500);
    expect(after.refused / after.ended).toBeLessThan(0.005);
    expect(after.good).toBe(after.answered);
    expect(after.p99).toBeLessThanOrEqual(200);
  });

  it('F31: is still late then where all are let in and few have a place', () => {
    const after = during(60, { policy: 'none', measuredFromMs: 50_000 });
    expect(after.good / after.ended).toBeLessThan(0.1);
  });

  it('F31: refuses soon what it cannot take meanwhile', () => {
    const meanwhile = during(60, { measuredFromMs: 25_000, endsMs: 40_000 });
    expect(meanwhile.refused / meanwhile.ended).toBeGreaterThan(0.5);
    expect(meanwhile.refusedP99).toBeLessThan(520);
  });

  it('R10 lets in what it can take meanwhile: where there is a place for each, slow is no overload', () => {
    const meanwhile = during(1_000, { measuredFromMs: 25_000, endsMs: 40_000 });
    expect(meanwhile.refused / meanwhile.ended).toBeLessThan(0.25);
    expect(meanwhile.refusedP99).toBeLessThan(520);
    expect(meanwhile.p99).toBeLessThan(1_600);
  });
});
