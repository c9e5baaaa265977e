import { QueryError } from '../meta.errors.ts';

const MINUTE_MS = 60_000;

/** Ranges of time that a page can show, by their names in `?window=`. */
export const WINDOWS = {
  '5m': 5 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '3h': 180 * MINUTE_MS,
  '24h': 1_440 * MINUTE_MS,
} as const;

export type WindowName = keyof typeof WINDOWS;

/** @throws QueryError for a range that is not offered */
export function windowOf({ window = '5m' }: Readonly<Record<string, string>>): WindowName {
  if (window in WINDOWS) return window as WindowName;
  throw new QueryError(`window must be one of ${Object.keys(WINDOWS).join(', ')}`);
}
