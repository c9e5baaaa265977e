/** One entry of what an indicator of @nestjs/terminus returns. */
interface IndicatorEntry {
  status?: unknown;
  message?: unknown;
}

/**
 * Why a result means that something is not well; undefined: it is. False fails, and so does an
 * indicator's result one of whose entries is `down`.
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
