import type { OperationField } from '../../reports/reports.ts';
import { QueryError } from '../meta.errors.ts';
import type { OperationInput } from './operation.ts';

const MAX_TEXT = 500;

/**
 * Converts a body to the types of the fields: JSON brings numbers, forms bring text.
 *
 * @throws QueryError naming the field that is invalid, missing or unknown
 */
export function readInput(fields: readonly OperationField[], body: unknown): OperationInput {
  const given = asRecord(body);
  const stranger = Object.keys(given).find((name) => !fields.some((field) => field.name === name));
  if (stranger !== undefined) throw new QueryError(`There is no field "${stranger.slice(0, 50)}"`);
  const values = fields.flatMap((field) => {
    const value = valueOf(field, given[field.name]);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(values);
}

function asRecord(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null || body === '') return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new QueryError('Send an object');
  return body as Record<string, unknown>;
}

function valueOf(field: OperationField, given: unknown): string | number | boolean | undefined {
  const { name, preset, isOptional, kind } = field;
  if (given === undefined || given === '') {
    if (preset !== undefined) return preset;
    if (isOptional === true || kind === 'flag') return undefined;
    throw new QueryError(`"${name}" is missing`);
  }
  const value = READ[kind](given, field);
  if (value === undefined) throw new QueryError(`"${name}" must be ${acceptedBy(field)}`);
  return value;
}

/** Accepted values, which complete "must be". */
function acceptedBy({ kind, choices = [] }: OperationField): string {
  switch (kind) {
    case 'text':
      return `a text of at most ${MAX_TEXT} characters`;
    case 'number':
      return 'a number';
    case 'choice':
      return `one of ${choices.join(', ')}`;
    case 'scalar':
      return `a number, true, false, or a text of at most ${MAX_TEXT} characters`;
    case 'flag':
      return 'true or false';
  }
}

type Read = (given: unknown, field: OperationField) => string | number | boolean | undefined;

const READ: Record<OperationField['kind'], Read> = {
  text: (given) => (typeof given === 'string' && given.length <= MAX_TEXT ? given : undefined),
  number(given) {
    const value = typeof given === 'string' ? Number(given) : given;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  },
  choice: (given, { choices = [] }) => choices.find((choice) => choice === String(given)),
  scalar(given) {
    if (typeof given === 'string') return given.length <= MAX_TEXT ? given : undefined;
    return typeof given === 'boolean' || Number.isFinite(given)
      ? (given as boolean | number)
      : undefined;
  },
  flag(given) {
    if (typeof given === 'boolean') return given;
    if (given === 'on' || given === 'true') return true;
    return given === 'false' ? false : undefined;
  },
};
