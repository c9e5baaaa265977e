import { inspect } from 'node:util';

import { outOfRange, wrongOption } from './wrong-use.ts';

/** Bounds of a number option, both inclusive. */
export interface Range {
  min: number;
  max: number;
}

function received(value: unknown): string {
  return `Received ${inspect(value, { depth: 1, breakLength: Infinity })}.`;
}

/** Fails with a `TypeError` that names the option, what it must be and what it got. */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return wrongOption(`${name} must be ${expected}. ${received(value)}`);
}

/** Returns a whole number within `range`, else throws naming option, value and range. */
export function integerOption(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw outOfRange(`${name} must be a whole number from ${min} to ${max}. ${received(value)}`);
}

/** Returns a number within `range`, else throws naming option, value and range. */
export function numberOption(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (value >= min && value <= max) return value;
  throw outOfRange(`${name} must be from ${min} to ${max}. ${received(value)}`);
}

/** Returns a string that is not empty, else throws naming option and value. */
export function stringOption(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrongType(name, 'a string that is not empty', value);
}

/** Returns one of `choices`, else throws naming option and value. */
export function choiceOption<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw wrongType(name, `one of ${choices.map((one) => `'${one}'`).join(', ')}`, value);
}

/** Returns true or false, else throws naming option and value. */
export function booleanOption(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(name, 'true or false', value);
}

/** Returns a plain object whose keys are all known, else throws naming the stranger. */
export function objectOption<T extends object>(
  name: string,
  value: T,
  known: readonly (keyof T & string)[],
): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, 'an object', value);
  }
  const names: readonly string[] = known;
  const stranger = Object.keys(value).find((key) => !names.includes(key));
  if (stranger === undefined) return value;
  throw wrongOption(`${name}.${stranger} is not an option. Known: ${known.join(', ')}.`);
}

/** A default and the bounds of an option. */
export type IntegerBounds = readonly [number, Range];

/** Returns an object of whole numbers, all within their bounds, with defaults filled in. */
export function integerOptions<K extends string>(
  name: string,
  given: { readonly [key in K]?: number },
  bounds: Record<K, IntegerBounds>,
): Record<K, number> {
  const keys = Object.keys(bounds) as K[];
  objectOption(name, given, keys);
  const resolved = keys.map((key) => {
    const [fallback, range] = bounds[key];
    return [key, integerOption(`${name}.${key}`, given[key] ?? fallback, range)];
  });
  return Object.fromEntries(resolved) as Record<K, number>;
}

/** Freezes plain data all the way down. */
export function deepFreeze<T>(value: T): Readonly<T> {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
