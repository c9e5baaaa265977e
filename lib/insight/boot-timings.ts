import { rounded } from '../common/rounded.ts';

/** End of construction, since the start of the process, and its duration, by instance. */
const madeAt = new WeakMap<object, { atMs: number; ms: number }>();

/** End of the latest construction. */
let latestMs = 0;

/** Type of the option `instrument` of `NestFactory.create`. */
export interface Instrument {
  instanceDecorator: (instance: unknown) => unknown;
}

/**
 * Measures the construction time of providers and controllers, for the modules page. Nest
 * constructs one after another, so each took the time since the one before.
 *
 * @param other instrument to call too: Nest accepts only one
 * @example
 * const app = await NestFactory.create(AppModule, adapter, { instrument: bootTimings() });
 */
export function bootTimings(other?: Instrument): Instrument {
  latestMs = performance.now();
  return {
    instanceDecorator(made) {
      const instance = other === undefined ? made : other.instanceDecorator(made);
      const atMs = performance.now();
      if (typeof instance === 'object' && instance !== null && !madeAt.has(instance)) {
        madeAt.set(instance, { atMs, ms: atMs - latestMs });
      }
      latestMs = atMs;
      return instance;
    },
  };
}

/** Start of the first construction among `instances`, and the sum of their durations. */
export function bootTimesOf(instances: readonly object[]): { atMs: number; ms: number } | null {
  const known = instances.flatMap((one) => madeAt.get(one) ?? []);
  if (known.length === 0) return null;
  const firstMs = Math.min(...known.map(({ atMs, ms }) => atMs - ms));
  const allMs = known.reduce((sum, { ms }) => sum + ms, 0);
  return { atMs: Math.round(firstMs), ms: rounded(allMs, 2) };
}
