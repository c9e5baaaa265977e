import { type Random, seededRandom } from '../../../bench/support/random.ts';
import type { Limiter } from '../../../lib/admission/limiter.ts';

/** What a request waits for. Times are in milliseconds. */
export interface Dependency {
  /** @returns when a call that begins now is answered */
  call: (now: number, random: Random) => number;
}

export interface ClosedLoopOptions {
  clients: number;
  /** How long a client waits after an answer, about. @default 0 */
  thinkMs?: number;
  /** How long a client waits after a refusal, about. @default 1_000 */
  retryMs?: number;
  dependency: Dependency;
  limiter: Limiter;
  seed?: number;
}

/** One tick, in which it is looked what is due, in milliseconds. */
const TICK_MS = 1;

/** What a group does: below this share of the limit it measures one answer in so long. */
const CALM = { share: 0.25, measureEveryMs: 25 } as const;

/** Times of calls differ by so much, as a share of them. */
const JITTER = 0.1;

interface Client {
  /** When it is answered, or asks again. */
  dueAt: number;
  /** Undefined while it has no place. */
  startedAt: number | undefined;
  isMeasured: boolean;
}

/** What ended in a span of time. */
export interface Span {
  answered: number;
  refused: number;
  meanMs: number;
  /** The highest limit in it. */
  maxLimit: number;
}

/**
 * Clients that ask again when they are answered, and a while after they were refused; at an event
 * loop that is idle, with a clock of its own.
 */
export class ClosedLoop {
  readonly #options: Required<ClosedLoopOptions>;
  readonly #clients: Client[] = [];
  readonly #random: Random;
  #now = 0;
  #inFlight = 0;
  #measuredAt = -Infinity;
  #calmBelow = 0;
  #span: { answered: number; refused: number; totalMs: number; maxLimit: number } = emptySpan();

  constructor(options: ClosedLoopOptions) {
    this.#options = { thinkMs: 0, retryMs: 1_000, seed: 1, ...options };
    this.#random = seededRandom(this.#options.seed);
    this.setClients(options.clients);
  }

  get limit(): number {
    return this.#options.limiter.limit;
  }

  /** More of them from now on. */
  setClients(count: number): void {
    while (this.#clients.length < count) {
      this.#clients.push({ dueAt: this.#now, startedAt: undefined, isMeasured: false });
    }
  }

  /** Goes on for so long and tells what ended. */
  run(seconds: number): Span {
    this.#span = emptySpan();
    for (const endsAt = this.#now + seconds * 1_000; this.#now < endsAt; this.#now += TICK_MS) {
      for (const client of this.#clients) if (client.dueAt <= this.#now) this.#goOn(client);
      this.#span.maxLimit = Math.max(this.#span.maxLimit, this.limit);
    }
    const { answered, refused, totalMs, maxLimit } = this.#span;
    return { answered, refused, meanMs: totalMs / answered, maxLimit };
  }

  #goOn(client: Client): void {
    if (client.startedAt !== undefined) {
      this.#answer(client, client.startedAt);
      const { thinkMs } = this.#options;
      client.dueAt = this.#now + jittered(thinkMs, this.#random);
      if (thinkMs > 0) return;
    }
    if (this.#inFlight < Math.max(1, this.limit)) this.#admit(client);
    else this.#refuse(client);
  }

  #answer(client: Client, startedAt: number): void {
    const tookMs = this.#now - startedAt;
    if (client.isMeasured) this.#options.limiter.sample(tookMs, this.#inFlight, this.#now);
    this.#inFlight--;
    client.startedAt = undefined;
    this.#span.answered++;
    this.#span.totalMs += tookMs;
  }

  #admit(client: Client): void {
    const isCalm = this.#inFlight < this.#calmBelow;
    client.isMeasured = !isCalm || this.#now - this.#measuredAt >= CALM.measureEveryMs;
    if (client.isMeasured) {
      this.#measuredAt = this.#now;
      this.#calmBelow = Math.ceil(CALM.share * this.limit);
    }
    this.#inFlight++;
    client.startedAt = this.#now;
    client.dueAt = this.#options.dependency.call(this.#now, this.#random);
  }

  #refuse(client: Client): void {
    this.#span.refused++;
    client.dueAt = this.#now + jittered(this.#options.retryMs, this.#random);
  }
}

/** A dependency that takes its time, however many calls are under way. */
export function slow(durationOf: (now: number, random: Random) => number): Dependency {
  return { call: (now, random) => now + jittered(durationOf(now, random), random) };
}

/** A dependency with so many servers, each of which takes so long; who comes first goes first. */
export function servers(count: number, msOf: (now: number) => number): Dependency {
  const freeAt = Array.from({ length: count }, () => 0);
  return {
    call(now, random) {
      const first = freeAt.indexOf(Math.min(...freeAt));
      const endsAt = Math.max(now, freeAt[first] ?? 0) + jittered(msOf(now), random);
      freeAt[first] = endsAt;
      return endsAt;
    },
  };
}

function jittered(ms: number, random: Random): number {
  return ms * (1 - JITTER + 2 * JITTER * random());
}

function emptySpan(): { answered: number; refused: number; totalMs: number; maxLimit: number } {
  return { answered: 0, refused: 0, totalMs: 0, maxLimit: 0 };
}
