import { choiceParameter, type Parameter } from '../api/parameter.ts';

const MINUTE_MS = 60_000;

/** Ranges of time that a page can show, by their names in `?window=`. */
export const WINDOWS = {
  '5m': 5 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '3h': 180 * MINUTE_MS,
  '24h': 1_440 * MINUTE_MS,
} as const;

export type WindowName = keyof typeof WINDOWS;

/** Range that pages show unless asked for another one. */
const PRESET: WindowName = '5m';

/** Parameter of pages that show a range. */
export const WINDOW = windowParameter(Object.keys(WINDOWS) as WindowName[]);

/** Parameter of a page that shows one of these ranges. */
export function windowParameter(offered: readonly WindowName[]): Parameter {
  return choiceParameter(`Range of time, ${PRESET} by default.`, offered);
}

/** Range that a checked query asks for. */
export function windowOf({ window = PRESET }: Readonly<Record<string, string>>): WindowName {
  return window as WindowName;
}
