/** An error and those that caused it, as plain data. */
export interface ErrorDescription {
  name: string;
  message: string;
  code?: string;
  stack: string;
  /** What caused it, the nearest first. */
  causes: { name: string; message: string; stack: string }[];
}

/** Errors of the same kind from the same place. */
export interface ErrorGroup extends ErrorDescription {
  count: number;
  /** In milliseconds since the epoch. */
  firstAt: number;
  lastAt: number;
  /** Request in which it was logged last. */
  requestId?: string;
}

/** Kinds of errors that are kept; the one that was not seen for longest makes room. */
const MAX_GROUPS = 100;

/** Longest chain of causes that is followed: it may be a circle. */
const MAX_CAUSES = 8;

/** Longest stack that is kept, in characters. */
const MAX_STACK_LENGTH = 8_000;

/** The latest errors in the log; those of the same kind from the same place are counted. */
export class RecentErrors {
  readonly #groups = new Map<string, ErrorGroup>();
  readonly #clean: (text: string) => string;

  /** @param clean takes secrets out of texts */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  push(error: Error, { now, requestId }: { now: number; requestId?: string | undefined }): void {
    const key = `${error.name} ${firstFrameOf(error)}`;
    const known = this.#groups.get(key);
    this.#groups.delete(key);
    this.#groups.set(key, {
      ...describe(error, this.#clean),
      count: (known?.count ?? 0) + 1,
      firstAt: known?.firstAt ?? now,
      lastAt: now,
      ...(requestId === undefined ? {} : { requestId }),
    });
    const [oldest] = this.#groups.keys();
    if (this.#groups.size > MAX_GROUPS && oldest !== undefined) this.#groups.delete(oldest);
  }

  /** The latest first. */
  groups(): ErrorGroup[] {
    return [...this.#groups.values()].toReversed();
  }
}

function describe(error: Error, clean: (text: string) => string): ErrorDescription {
  const { code } = error as { code?: unknown };
  const causes: ErrorDescription['causes'] = [];
  for (
    let cause = error.cause;
    cause instanceof Error && causes.length < MAX_CAUSES;
    cause = cause.cause
  ) {
    causes.push(plain(cause, clean));
  }
  return { ...plain(error, clean), ...(typeof code === 'string' ? { code } : {}), causes };
}

function plain({ name, message, stack = '' }: Error, clean: (text: string) => string) {
  return { name, message: clean(message), stack: clean(stack.slice(0, MAX_STACK_LENGTH)) };
}

/** Where it was thrown. The message tells errors of one kind apart that belong together. */
function firstFrameOf({ stack = '', message }: Error): string {
  return stack.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? message;
}
