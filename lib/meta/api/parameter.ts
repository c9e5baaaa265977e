import { QueryError } from '../meta.errors.ts';

/** Query parameter that a page takes. */
export interface Parameter {
  /** Meaning in one sentence. */
  readonly about: string;
  /** JSON Schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Accepted values, for errors: completes "must be". */
  readonly accepts: string;
  /** Accepted values, of a parameter with a fixed set. */
  readonly choices?: readonly string[];
  isValid(value: string): boolean;
}

/** Query parameters by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Maximum length of a value, in characters. */
const MAX_LENGTH = 500;

/** Maximum length of a name that an error repeats, in characters. */
const MAX_NAME = 50;

/** Parameter with a fixed set of values. */
export function choiceParameter(about: string, choices: readonly string[]): Parameter {
  return {
    about,
    schema: { type: 'string', enum: choices },
    choices,
    accepts: choices.length === 1 ? (choices[0] ?? '') : `one of ${choices.join(', ')}`,
    isValid: (value) => choices.includes(value),
  };
}

/** Parameter with any text. */
export function textParameter(about: string): Parameter {
  return {
    about,
    schema: { type: 'string', maxLength: MAX_LENGTH },
    accepts: `a text of at most ${MAX_LENGTH} characters`,
    isValid: (value) => value.length <= MAX_LENGTH,
  };
}

/** Parameter with an integer from `min` to `max`. */
export function countParameter(
  about: string,
  { min, max, preset }: { min: number; max: number; preset: number },
): Parameter {
  return {
    about,
    schema: { type: 'integer', minimum: min, maximum: max, default: preset },
    accepts: `an integer from ${min} to ${max}`,
    isValid: (value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max,
  };
}

/** Parameter with a point in time. */
export function timeParameter(about: string): Parameter {
  return {
    about,
    schema: { type: 'string', format: 'date-time' },
    accepts: 'a time in ISO 8601 with a time zone, such as 2026-11-25T10:00:00.000Z',
    isValid: (value) => ISO_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  };
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Parameter that every page takes. */
export const FORMAT = choiceParameter('Format of the answer; paths of data ignore it.', [
  'html',
  'json',
]);

/** Parameter of pages that can show a single worker. */
export const WORKER: Parameter = {
  about: 'Id of the only worker to show, or all.',
  schema: { type: 'string', pattern: String.raw`^(all|\d{1,9})$`, default: 'all' },
  accepts: 'the id of a worker, or all',
  isValid: (value) => value === 'all' || /^\d{1,9}$/.test(value),
};

/** Parameter that asks for a live stream. */
export const FOLLOW = choiceParameter('Follow the records as they come, as a live stream.', ['1']);

/**
 * Checks the query of a request. A parameter that is empty counts as absent: forms send all fields.
 *
 * @throws QueryError naming the parameter that is unknown, repeated or invalid, and what is allowed
 */
export function readQuery(parameters: Parameters, given: unknown): Record<string, string> {
  const entries = Object.entries((given ?? {}) as Record<string, unknown>);
  const read = entries.map(([name, value]) => [name, valueOf(parameters, name, value)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== ''));
}

function valueOf(parameters: Parameters, name: string, value: unknown): string {
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter === undefined) throw new QueryError(unknownText(parameters, name));
  if (typeof value !== 'string') throw new QueryError(`"${name}" may be given only once`);
  if (value === '' || parameter.isValid(value)) return value;
  throw new QueryError(`"${name}" must be ${parameter.accepts}`);
}

function unknownText(parameters: Parameters, name: string): string {
  const known = Object.keys(parameters).toSorted();
  const allowed = known.length === 0 ? 'none is allowed here' : `allowed: ${known.join(', ')}`;
  return `There is no parameter "${name.slice(0, MAX_NAME)}"; ${allowed}`;
}
