/** An error and its causes as plain data. */
export interface ErrorDescription {
  name: string;
  message: string;
  code?: string;
  stack: string;
  /** Causes, nearest first. */
  causes: { name: string; message: string; stack: string }[];
}

/** Errors with the same name and throw site; the first of them is described. */
export interface ErrorGroup extends ErrorDescription {
  count: number;
  /** Unix time in milliseconds. */
  firstAt: number;
  lastAt: number;
  /** Request of the latest occurrence. */
  requestId?: string;
}

/** Maximum number of groups; the least recent is evicted. */
const MAX_GROUPS = 100;

/** Maximum length of a chain of causes, which may be circular. */
const MAX_CAUSES = 8;

/** Maximum length of a stack, in characters. */
const MAX_STACK_LENGTH = 8_000;

/** Latest logged errors, grouped by name and throw site. */
export class RecentErrors {
  readonly #groups = new Map<string, ErrorGroup>();
  readonly #clean: (text: string) => string;

  /** @param clean redacts texts */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  push(error: Error, { now, requestId }: { now: number; requestId?: string | undefined }): void {
    const key = `${error.name} ${firstFrameOf(error)}`;
    const known = this.#groups.get(key);
    this.#groups.delete(key);
    const { requestId: _before, ...group } = known ?? this.#begin(error, now);
    this.#groups.set(key, {
      ...group,
      count: group.count + 1,
      lastAt: now,
      ...(requestId === undefined ? {} : { requestId }),
    });
    const [oldest] = this.#groups.keys();
    if (this.#groups.size > MAX_GROUPS && oldest !== undefined) this.#groups.delete(oldest);
  }

  /** Cleaning texts is what costs: only the first error of a group is described. */
  #begin(error: Error, now: number): ErrorGroup {
    return { ...describe(error, this.#clean), count: 0, firstAt: now, lastAt: now };
  }

  /** Latest first. */
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

/** Throw site. Messages are not used: they often differ between errors of one kind. */
function firstFrameOf({ stack = '', message }: Error): string {
  return stack.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? message;
}
