import type { Clock } from '../common/clock.ts';
import type { HttpTicket } from './http-ticket.ts';

/** How often it is looked whether handlers have ended, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** A handler that does not end by then has lost its place, in milliseconds. */
const AT_MOST_MS = 30_000;

/**
 * Requests whose clients have left while their handlers run on. They keep their places until the
 * handlers end: else clients that give up early would lift every limit. A handler has ended when it
 * has answered, though to nobody; no event tells of that, so it is looked for.
 */
export class AbandonedWork {
  readonly #since = new Map<HttpTicket, number>();
  readonly #clock: Clock;
  readonly #giveBack: (ticket: HttpTicket) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, giveBack: (ticket: HttpTicket) => void) {
    this.#clock = clock;
    this.#giveBack = giveBack;
  }

  add(ticket: HttpTicket): void {
    this.#since.set(ticket, this.#clock.now());
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [ticket, since] of this.#since) {
      if (ticket.isAbandoned && now - since < AT_MOST_MS) continue;
      this.#since.delete(ticket);
      this.#giveBack(ticket);
    }
    if (this.#since.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
