import { type Profiler, Session } from 'node:inspector';

/** Samples the CPU between `start` and `stop`. */
export interface CpuSampler {
  start(): void;
  stop(): Profiler.Profile;
}

/**
 * A profile of the recent past: samples all the time, in spans, of which it keeps the last complete
 * one. Restarting frees the memory of earlier samples.
 */
export class RollingProfile {
  readonly #sampler: CpuSampler;
  #previous: Profiler.Profile | undefined;

  constructor(sampler: CpuSampler) {
    this.#sampler = sampler;
    sampler.start();
  }

  /** Begins the next span. */
  rotate(): void {
    this.#previous = this.#sampler.stop();
    this.#sampler.start();
  }

  /** Ends sampling. @returns the last complete span, if any, and the one that was under way */
  end(): Profiler.Profile[] {
    const last = this.#sampler.stop();
    return this.#previous === undefined ? [last] : [this.#previous, last];
  }
}

/** V8's profiler, through the inspector, without a port. Its answers come at once. */
export class InspectorSampler implements CpuSampler {
  readonly #intervalUs: number;
  #session: Session | undefined;

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  start(): void {
    const session = new Session();
    this.#session = session;
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: this.#intervalUs });
    session.post('Profiler.start');
  }

  /** @throws Error when it was not started */
  stop(): Profiler.Profile {
    let taken: Profiler.Profile | undefined;
    this.#session?.post('Profiler.stop', (error, answer) => {
      if (error === null) taken = answer.profile;
    });
    // An attached session would keep the process from ending.
    this.#session?.disconnect();
    this.#session = undefined;
    if (taken === undefined) throw new Error('The profiler was not running');
    return taken;
  }
}
