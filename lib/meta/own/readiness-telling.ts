import type { ReadinessChecks } from './readiness-checks.ts';

/** How often the checks are asked, each unless its last outcome still holds, in milliseconds. */
const EVERY_MS = 1_000;

/** Tells the group whether this worker passes its checks, whenever that changes. */
export class ReadinessTelling {
  readonly #checks: ReadinessChecks;
  readonly #tell: (isReady: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #told = true;

  /** A worker that has told nothing counts as one that passes. */
  constructor(checks: ReadinessChecks, tell: (isReady: boolean) => void) {
    this.#checks = checks;
    this.#tell = tell;
  }

  /** Resolves when the checks have been asked once: before a worker serves it has told the truth. */
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
