import type { CheckReport, Checks } from './checks.ts';

export interface CheckWatchOptions<T> {
  /** Interval between runs; a cached outcome is reused. */
  everyMs: number;
  /** What the receiver assumes before the first notification. */
  initial: T;
  /** What of a report is notified. */
  select: (report: CheckReport) => T;
  notify: (selected: T) => void;
}

/** Runs checks periodically and notifies of changes. */
export class CheckWatch<T extends string | boolean> {
  readonly #checks: Checks;
  readonly #options: CheckWatchOptions<T>;
  #timer: NodeJS.Timeout | undefined;
  #notified: T;
  #isStopped = false;

  constructor(checks: Checks, options: CheckWatchOptions<T>) {
    this.#checks = checks;
    this.#options = options;
    this.#notified = options.initial;
  }

  /** Resolves after the first run of the checks. */
  async start(): Promise<void> {
    if (this.#checks.isEmpty) return;
    await this.#look();
    // Stopped during the first run: a timer set now would never end.
    if (this.#isStopped) return;
    this.#timer = setInterval(() => void this.#look(), this.#options.everyMs).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { select, notify } = this.#options;
    const selected = select(await this.#checks.report());
    if (this.#isStopped || selected === this.#notified) return;
    this.#notified = selected;
    notify(selected);
  }
}
