/** Requests that are under way at once: enough that they meet, too few to be refused. */
export const AT_ONCE = 8;

/** Tries each, several at once. @returns what went wrong, in words */
export async function failuresOf<T>(
  tries: readonly T[],
  attempt: (one: T) => Promise<unknown>,
): Promise<string[]> {
  const failures: string[] = [];
  const left = tries.values();
  const work = async (): Promise<void> => {
    for (const one of left) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await attempt(one).catch((error: unknown) => {
        failures.push(told(error));
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}

/** Adds what was answered: the message of an assertion leaves it out. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const { message, actual } = error as Error & { actual?: unknown };
  return actual === undefined ? message : `${message}: ${JSON.stringify(actual)}`;
}
