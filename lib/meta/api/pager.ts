import { countParameter, type Parameter, type Parameters } from './parameter.ts';

/** Place of a row in its list: larger `rank` comes first, then smaller `tie`. */
export interface Position {
  readonly rank: number;
  readonly tie: string;
}

/** Last row of each list that was given; null: the list has ended. */
type Positions = Readonly<Record<string, readonly [rank: number, tie: string] | null>>;

const MAX_LIMIT = 1_000;

/** Maximum length of a cursor, in characters. */
const MAX_CURSOR = 4_000;

const CURSOR: Parameter = {
  about: 'Cursor: `next` of the previous answer.',
  schema: { type: 'string', maxLength: MAX_CURSOR },
  accepts: '`next` of a previous answer',
  isValid: (value) => positionsIn(value) !== undefined,
};

/** Parameters of a page with lists that can be long. @param preset of `limit` */
export function listParameters(preset: number): Parameters {
  const about = 'Maximum number of rows of each list.';
  return { limit: countParameter(about, { min: 1, max: MAX_LIMIT, preset }), cursor: CURSOR };
}

/**
 * Takes a part of each list of a page. Positions are those of rows, not counts, so that rows which
 * come in meanwhile neither repeat nor hide others.
 */
export class Pager {
  readonly #limit: number;
  readonly #from: Positions;
  readonly #to: Record<string, Positions[string]> = {};

  /** @param query checked against `listParameters(preset)` */
  constructor({ limit, cursor = '' }: Readonly<Record<string, string>>, preset: number) {
    this.#limit = limit === undefined ? preset : Number(limit);
    this.#from = positionsIn(cursor) ?? {};
  }

  /** Cursor of the next part of all lists; null: all have ended. */
  get next(): string | null {
    if (Object.values(this.#to).every((position) => position === null)) return null;
    return Buffer.from(JSON.stringify(this.#to)).toString('base64url');
  }

  /** Rows of a list in their order, after those of the parts before. */
  take<T>(list: string, rows: readonly T[], positionOf: (row: T) => Position): T[] {
    const from = Object.hasOwn(this.#from, list) ? this.#from[list] : undefined;
    const placed = from === null ? [] : rows.map((row) => ({ row, at: positionOf(row) }));
    const sorted = placed.toSorted((a, b) => compare(a.at, b.at));
    const rest =
      from === undefined || from === null
        ? sorted
        : sorted.filter(({ at }) => compare({ rank: from[0], tie: from[1] }, at) < 0);
    const taken = rest.slice(0, this.#limit);
    const last = rest.length > taken.length ? taken.at(-1)?.at : undefined;
    this.#to[list] = last === undefined ? null : [last.rank, last.tie];
    return taken.map(({ row }) => row);
  }
}

/** Text of numbers that sorts as they do. */
export function tieOf(...numbers: readonly number[]): string {
  return numbers.map((one) => (one + MIDDLE).toString().padStart(16, '0')).join(' ');
}

/** Makes negative numbers positive. */
const MIDDLE = 2 ** 52;

function compare(a: Position, b: Position): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.tie === b.tie) return 0;
  return a.tie < b.tie ? -1 : 1;
}

/** Reads a cursor, which comes from outside; undefined for one that we did not make. */
function positionsIn(cursor: string): Positions | undefined {
  if (cursor.length > MAX_CURSOR) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every(isPosition) ? (value as Positions) : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): boolean {
  if (value === null) return true;
  if (!Array.isArray(value) || value.length !== 2) return false;
  return typeof value[0] === 'number' && typeof value[1] === 'string';
}
