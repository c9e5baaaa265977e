import { thrownMessage } from '../../common/to-error.ts';

/** A registered check. */
export interface HealthCheck {
  name: string;
  check: () => unknown;
  timeoutMs: number;
}

/** Latest result of a check. */
export interface HealthState {
  name: string;
  /** Readable complaint; null when all is well. */
  unwell: string | null;
  tookMs: number;
}

const TIMEOUT = Symbol('timeout');

/** Longest complaint kept, in characters. */
const MAX_LENGTH = 500;

/** Runs checks, each with its timeout, and keeps the latest results. */
export class HealthChecks {
  readonly #checks: readonly HealthCheck[];
  readonly #states = new Map<string, HealthState>();
  /** Running checks; one that hangs is not run again until it has answered. */
  readonly #running = new Set<string>();

  constructor(checks: readonly HealthCheck[]) {
    this.#checks = checks;
  }

  /** Runs all checks at once. @returns the first complaint; empty when all are well */
  async ask(): Promise<string> {
    const answers = await Promise.all(this.#checks.map((one) => this.#askOne(one)));
    return answers.find((unwell) => unwell !== null) ?? '';
  }

  states(): HealthState[] {
    return [...this.#states.values()];
  }

  async #askOne({ name, check, timeoutMs }: HealthCheck): Promise<string | null> {
    const startedAt = performance.now();
    const complaint = this.#running.has(name)
      ? 'has not answered yet'
      : await this.#answerOf(name, check, timeoutMs);
    const unwell = complaint === undefined ? null : `${name} ${complaint}`.slice(0, MAX_LENGTH);
    this.#states.set(name, { name, unwell, tookMs: Math.round(performance.now() - startedAt) });
    return unwell;
  }

  async #answerOf(
    name: string,
    check: () => unknown,
    timeoutMs: number,
  ): Promise<string | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<typeof TIMEOUT>();
    const timer = setTimeout(resolve, timeoutMs, TIMEOUT);
    this.#running.add(name);
    const answer = (async () => complaintOf(await check()))()
      .catch((error: unknown) => `failed: ${thrownMessage(error)}`)
      .finally(() => this.#running.delete(name));
    const first = await Promise.race([answer, late]);
    clearTimeout(timer);
    return first === TIMEOUT ? `did not answer within ${timeoutMs} ms` : first;
  }
}

function complaintOf(answer: unknown): string | undefined {
  if (answer === false) return 'says no';
  return typeof answer === 'string' && answer !== '' ? `says: ${answer}` : undefined;
}
