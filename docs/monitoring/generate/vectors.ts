import { Vector } from './query.ts';

/** Sums the series that agree in `by`. */
export function sum<L extends string, B extends L>(vector: Vector<L>, ...by: readonly B[]) {
  return aggregate<B>('sum', vector, by);
}

export function max<L extends string, B extends L>(vector: Vector<L>, ...by: readonly B[]) {
  return aggregate<B>('max', vector, by);
}

export function min<L extends string, B extends L>(vector: Vector<L>, ...by: readonly B[]) {
  return aggregate<B>('min', vector, by);
}

/** Counts the series that agree in `by`. */
export function count<L extends string, B extends L>(vector: Vector<L>, ...by: readonly B[]) {
  return aggregate<B>('count', vector, by);
}

/** `part / whole`, for operands of the same labels. */
export function ratio<L extends string>(part: Vector<L>, whole: Vector<NoInfer<L>>): Vector<L> {
  return new Vector(`${part.text} / ${whole.text}`);
}

export function plus<L extends string>(one: Vector<L>, other: Vector<NoInfer<L>>): Vector<L> {
  return new Vector(`(${one.text} + ${other.text})`);
}

/** Seconds since a time. */
export function since<L extends string>(unixSeconds: Vector<L>): Vector<L> {
  return new Vector(`time() - ${unixSeconds.text}`);
}

/** `some`, and 0 for a series that only `all` has: nothing of the kind has been counted yet. */
export function orZero<L extends string>(some: Vector<L>, all: Vector<NoInfer<L>>): Vector<L> {
  return new Vector(`(${some.text} or ${all.text} * 0)`);
}

/** What an alert is about, when it holds. */
export interface Condition<L extends string> {
  readonly text: string;
  /** The expression that is compared, which has a value while all is well. */
  readonly subject: Vector<L>;
}

export function when<L extends string>(
  subject: Vector<L>,
  operator: '<' | '==' | '>' | '>=',
  limit: number | Vector<NoInfer<L>>,
): Condition<L> {
  const operand = typeof limit === 'number' ? limit : limit.text;
  return { text: `${subject.text} ${operator} ${operand}`, subject };
}

/** Holds where both do; `other` is looked up by `on`, or else by all labels. */
export function both<L extends string, M extends string>(
  one: Condition<L>,
  other: Condition<M>,
  ...on: readonly (L & M)[]
): Condition<L> {
  const matching = on.length === 0 ? 'and' : `and on (${on.join(', ')})`;
  return { text: `${one.text}\n${matching} ${other.text}`, subject: one.subject };
}

function aggregate<B extends string>(
  operator: string,
  vector: { readonly text: string },
  by: readonly B[],
): Vector<B> {
  return new Vector(`${operator} by (${by.join(', ')}) (${vector.text})`);
}
