/** When instances were made, in milliseconds since the process started. */
const madeAt = new WeakMap<object, { atMs: number; ms: number }>();

/** When the latest one was made. */
let latestMs = 0;

/** What `NestFactory.create` takes as `instrument`. */
export interface Instrument {
  instanceDecorator: (instance: unknown) => unknown;
}

/**
 * Measures how long the parts of the application take to be made, for the page of modules. Nest
 * makes one after another, so an instance took the time since the one before.
 *
 * @param other an instrument to use as well: Nest takes only one
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

/** When the first of some instances was made, and what all of them took. */
export function bootTimesOf(instances: readonly object[]): { atMs: number; ms: number } | null {
  const known = instances.flatMap((one) => madeAt.get(one) ?? []);
  if (known.length === 0) return null;
  const firstMs = Math.min(...known.map(({ atMs, ms }) => atMs - ms));
  const allMs = known.reduce((sum, { ms }) => sum + ms, 0);
  return { atMs: Math.round(firstMs), ms: Math.round(allMs * 100) / 100 };
}
