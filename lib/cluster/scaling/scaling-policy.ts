import { sumOf } from '../../common/sum-of.ts';
import type { ResolvedElasticWorkers } from '../workers.options.ts';
import type { Load } from './load.ts';
import { Peak } from './peak.ts';

/** What in the load asks for another number of workers. */
export type LoadCause = 'utilization' | 'queue' | 'shed' | 'idle' | 'memory';

/** Another number of workers. */
export interface ScalingChange {
  kind: 'change';
  to: number;
  cause: LoadCause;
  /** Human-readable, with the figures. */
  reason: string;
}

/** `no-room`: more workers are needed than memory has room for. */
export type ScalingVerdict = { kind: 'keep' } | { kind: 'no-room' } | ScalingChange;

export interface ScalingTerms extends ResolvedElasticWorkers {
  /** Acceptable mean wait in the accept queue. */
  waitTargetMs: number;
}

/** Band around the target utilization in which nothing changes, as a fraction of it. */
const TOLERANCE = 0.1;

/** Consecutive samples with waiting or refused connections that count as pressure. */
const PRESSED_SAMPLES = 2;

interface Sample {
  at: number;
  /** Sum of the workers' utilizations: the load in event loops. */
  demand: number;
  waitMs: number;
  shed: number;
}

/**
 * Decides how many workers a group needs, from samples of its load taken about each second; without
 * processes or a clock.
 *
 * Connections that wait or are refused ask for more workers at once, utilization does over a window.
 * A worker ends only when fewer have been enough for a long time, or when memory is short: the
 * kernel would end a process and lose its requests.
 */
export class ScalingPolicy {
  readonly #terms: ScalingTerms;
  readonly #samples: Sample[] = [];
  /** Most workers needed over `downAfterMs`. */
  readonly #needed: Peak;
  #firstAt: number | undefined;
  #changedAt = -Infinity;
  /** When a wanted worker was last seen not to serve. */
  #unsettledAt = -Infinity;
  #shortAt = -Infinity;

  constructor(terms: ScalingTerms) {
    this.#terms = terms;
    this.#needed = new Peak(terms.downAfterMs);
  }

  /** Takes a sample. Call it about once a second, also while nothing may change. */
  look(load: Load, now: number): ScalingVerdict {
    this.#take(load, now);
    return (
      this.#relieve(load, now) ??
      this.#grow(load, now) ??
      this.#shrink(load, now) ?? { kind: 'keep' }
    );
  }

  /** Call when the number has changed, whatever the cause: what was added stays for `downAfterMs`. */
  changed({ from, to }: { from: number; to: number }, now: number): void {
    this.#changedAt = now;
    if (to > from) this.#needed.take(to, now);
  }

  #take(load: Load, now: number): void {
    const { utilizations, waitMs, shed, isShort } = load;
    this.#firstAt ??= now;
    this.#samples.push({ at: now, demand: sumOf(utilizations, (one) => one), waitMs, shed });
    while ((this.#samples[0]?.at ?? now) <= now - this.#terms.windowMs) this.#samples.shift();
    if (utilizations.length < servingOf(load)) this.#unsettledAt = now;
    if (isShort) this.#shortAt = now;
    this.#needed.take(this.#enoughFor(load), now);
  }

  /** Workers with which utilization would be at the lower edge of the band. */
  #enoughFor(load: Load): number {
    if (this.#pressure !== undefined) return servingOf(load);
    const { targetUtilization } = this.#terms;
    return Math.max(1, Math.ceil(this.#demand / (targetUtilization * (1 - TOLERANCE))));
  }

  /** Mean of the window. */
  get #demand(): number {
    return sumOf(this.#samples, ({ demand }) => demand) / this.#samples.length;
  }

  /** What the accept queue has shown in each of the latest samples; undefined: no pressure. */
  get #pressure(): { waitMs: number; shed: number } | undefined {
    const latest = this.#samples.slice(-PRESSED_SAMPLES);
    const { waitTargetMs } = this.#terms;
    const isPressed = latest.every(({ waitMs, shed }) => shed > 0 || waitMs > waitTargetMs);
    if (!isPressed || latest.length < PRESSED_SAMPLES) return undefined;
    return {
      waitMs: Math.min(...latest.map(({ waitMs }) => waitMs)),
      shed: sumOf(latest, ({ shed }) => shed),
    };
  }

  #relieve({ isShort, isEnding, wanted, min }: Load, now: number): ScalingVerdict | undefined {
    if (!isShort || isEnding || wanted <= min) return undefined;
    if (now - this.#changedAt < this.#terms.coolDownMs) return undefined;
    const reason = 'memory is short: the kernel may kill a process';
    return { kind: 'change', to: wanted - 1, cause: 'memory', reason };
  }

  #grow(load: Load, now: number): ScalingVerdict | undefined {
    if (now === this.#unsettledAt) return undefined;
    const change = this.#queueChange(load) ?? this.#loopChange(load, now);
    if (change === undefined || (change.cause !== 'shed' && this.#isCooling(now))) return undefined;
    const to = Math.min(this.#terms.max, change.to);
    if (to <= load.wanted) return undefined;
    // A worker that ended for want of memory must not come back into what it freed.
    const room = now - this.#shortAt < this.#terms.downAfterMs ? 0 : load.room;
    if (room < 1) return { kind: 'no-room' };
    return { ...change, to: Math.min(to, load.wanted + room) };
  }

  #queueChange(load: Load): ScalingChange | undefined {
    const pressure = this.#pressure;
    if (pressure === undefined) return undefined;
    const { waitMs, shed } = pressure;
    const { max, waitTargetMs } = this.#terms;
    if (shed > 0) {
      const reason = `${shed} connections were refused within ${PRESSED_SAMPLES} s`;
      return { kind: 'change', to: max, cause: 'shed', reason };
    }
    const reason = `connections waited ${Math.round(waitMs)} ms for a worker, more than ${waitTargetMs} ms`;
    // Loops that are busy all the time do not show how much more there is to do.
    const to = load.wanted + servingOf(load);
    return { kind: 'change', to, cause: 'queue', reason };
  }

  #loopChange(load: Load, now: number): ScalingChange | undefined {
    const { targetUtilization, windowMs } = this.#terms;
    if (now - (this.#firstAt ?? now) < windowMs) return undefined;
    const demand = this.#demand;
    const utilization = demand / servingOf(load);
    if (utilization <= targetUtilization * (1 + TOLERANCE)) return undefined;
    const to = Math.ceil(demand / targetUtilization) + load.out;
    const reason = `event loop utilization was ${percent(utilization)} over ${seconds(windowMs)}, target ${percent(targetUtilization)}`;
    return { kind: 'change', to, cause: 'utilization', reason };
  }

  #shrink(load: Load, now: number): ScalingVerdict | undefined {
    const needed = this.#needed.over(now);
    if (needed === undefined || needed >= servingOf(load)) return undefined;
    if (load.wanted <= load.min || this.#isCooling(now)) return undefined;
    const reason = `fewer workers sufficed for ${seconds(this.#terms.downAfterMs)}`;
    return { kind: 'change', to: load.wanted - 1, cause: 'idle', reason };
  }

  #isCooling(now: number): boolean {
    return now - Math.max(this.#changedAt, this.#unsettledAt) < this.#terms.coolDownMs;
  }
}

/** Workers that serve once those that start are READY. */
function servingOf({ wanted, out }: Load): number {
  return Math.max(1, wanted - out);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
