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
        failures.push(error instanceof Error ? error.message : JSON.stringify(error));
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}
