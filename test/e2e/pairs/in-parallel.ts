/** Requests that are under way at once: enough that they meet, too few to be refused. */
export const AT_ONCE = 8;

/** Tries each, several at once. @throws all that failed, in one error */
export async function inParallel<T>(
  tries: readonly T[],
  attempt: (one: T) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const left = tries.values();
  const work = async (): Promise<void> => {
    for (const one of left) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await attempt(one).catch((error: unknown) => void errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (errors.length === 0) return;
  const texts = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new AggregateError(
    errors,
    `${errors.length} of ${tries.length} failed:\n${texts.join('\n')}`,
  );
}
