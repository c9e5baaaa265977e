/** Entry in the result of an indicator of @nestjs/terminus. */
interface IndicatorEntry {
  status?: unknown;
  message?: unknown;
}

/**
 * Reason why a result fails a check; undefined: it passes. False fails, and so does an indicator's
 * result with an entry that is `down`.
 */
export function indicatorProblem(result: unknown): string | undefined {
  if (result === false) return 'it returned false';
  if (typeof result !== 'object' || result === null) return undefined;
  for (const [name, entry] of Object.entries(result)) {
    const { status, message } = (entry ?? {}) as IndicatorEntry;
    if (status === 'down')
      return typeof message === 'string' ? `${name}: ${message}` : `${name} is down`;
  }
  return undefined;
}
