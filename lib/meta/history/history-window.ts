import { choiceParameter } from '../api/parameter.ts';

const MINUTE_MS = 60_000;

/** Ranges of time that a page can show, by their names in `?window=`. */
export const WINDOWS = {
  '5m': 5 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '3h': 180 * MINUTE_MS,
  '24h': 1_440 * MINUTE_MS,
} as const;

export type WindowName = keyof typeof WINDOWS;

/** Parameter of pages that show a range. */
export const WINDOW = choiceParameter('Range of time, 5m by default.', Object.keys(WINDOWS));

/** Range that a checked query asks for. */
export function windowOf({ window = '5m' }: Readonly<Record<string, string>>): WindowName {
  return window as WindowName;
}
