import { inspect } from 'node:util';

import { outOfRange, wrongOption } from '../errors/wrong-use.ts';

/** Bounds of a number option, both inclusive. */
export interface Range {
  min: number;
  max: number;
}

function received(value: unknown): string {
  return `Received ${inspect(value, { depth: 1, breakLength: Infinity })}.`;
}

/** Creates a `TypeError` that names the option, the expected type and the value. */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return wrongOption(`${name} must be ${expected}. ${received(value)}`);
}

/** Returns an integer within `range`. @throws TypeError or RangeError naming option and value */
export function integerOption(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw outOfRange(`${name} must be a whole number from ${min} to ${max}. ${received(value)}`);
}

/** Returns a number within `range`. @throws TypeError or RangeError naming option and value */
export function numberOption(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (value >= min && value <= max) return value;
  throw outOfRange(`${name} must be from ${min} to ${max}. ${received(value)}`);
}

/** Checks two options of a group against each other. @throws RangeError naming both */
export function notLess(name: string, value: number, otherName: string, other: number): void {
  if (value >= other) return;
  throw outOfRange(`${name} must not be less than ${otherName} (${other}). Received ${value}.`);
}

/** Returns a non-empty string. @throws TypeError naming option and value */
export function stringOption(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrongType(name, 'a string that is not empty', value);
}

/** Returns one of `choices`. @throws TypeError naming option and value */
export function choiceOption<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw wrongType(name, `one of ${choices.map((one) => `'${one}'`).join(', ')}`, value);
}

/** Returns a boolean. @throws TypeError naming option and value */
export function booleanOption(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(name, 'true or false', value);
}

/**
 * Returns an object with known keys only.
 *
 * @param name '' for options without a common name
 * @throws TypeError naming the unknown key
 */
export function objectOption<T extends object>(
  name: string,
  value: T,
  known: readonly (keyof T & string)[],
): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name === '' ? 'Options' : name, 'an object', value);
  }
  const names: readonly string[] = known;
  const stranger = Object.keys(value).find((key) => !names.includes(key));
  if (stranger === undefined) return value;
  throw wrongOption(`${optionName(name, stranger)} is not an option. Known: ${known.join(', ')}.`);
}

/** Name of an option in the group `name`; '' for the root. */
export function optionName(name: string, key: string): string {
  return name === '' ? key : `${name}.${key}`;
}

/** Freezes plain data recursively. */
export function deepFreeze<T>(value: T): Readonly<T> {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
