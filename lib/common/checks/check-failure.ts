import { inspect } from 'node:util';

/** Entry in the result of an indicator of @nestjs/terminus. */
interface IndicatorEntry {
  status?: unknown;
  message?: unknown;
}

/**
 * Reason why the result of a check is a failure; undefined: it passes. `false`, a text that is not
 * empty and an indicator's result with an entry that is `down` fail. Everything else passes.
 */
export function failureOf(result: unknown): string | undefined {
  if (result === false) return 'returned false';
  if (typeof result === 'string') return result === '' ? undefined : result;
  if (typeof result !== 'object' || result === null) return undefined;
  for (const [name, entry] of Object.entries(result)) {
    const { status, message } = (entry ?? {}) as IndicatorEntry;
    if (status === 'down')
      return typeof message === 'string' ? `${name}: ${message}` : `${name} is down`;
  }
  return undefined;
}

/** Reason of a check that threw; never empty, though messages of AggregateError are. */
export function failureOfThrown(error: unknown): string {
  if (typeof error === 'string' && error !== '') return error;
  if (!(error instanceof Error)) return `threw ${inspect(error, { customInspect: false })}`;
  const { message, name, code } = error as { message: unknown; name: unknown; code?: unknown };
  const texts = [message, code, name].filter((text) => typeof text === 'string');
  return texts.find((text) => text !== '') ?? 'threw an error';
}
