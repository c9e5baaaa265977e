import type { ReadinessChecks } from './readiness-checks.ts';

/** Period of the checks; a cached outcome is reused. */
const EVERY_MS = 1_000;

/** Notifies the group when this worker begins or ceases to pass its checks. */
export class ReadinessTelling {
  readonly #checks: ReadinessChecks;
  readonly #tell: (isReady: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #told = true;

  /** Starts as passing: the group assumes that of a worker that has reported nothing. */
  constructor(checks: ReadinessChecks, tell: (isReady: boolean) => void) {
    this.#checks = checks;
    this.#tell = tell;
  }

  /** Resolves after the first run of the checks, so that a worker reports before it serves. */
  async start(): Promise<void> {
    if (this.#checks.isEmpty) return;
    await this.#look();
    this.#timer = setInterval(() => void this.#look(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { isReady } = await this.#checks.report();
    if (isReady === this.#told) return;
    this.#told = isReady;
    this.#tell(isReady);
  }
}
