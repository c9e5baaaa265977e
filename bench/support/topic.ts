import { type Bar, barText } from './bar.ts';
import type { Comparison } from './pairs.ts';
import type { Random } from './random.ts';
import type { Spread } from './statistics.ts';

/** What was measured against one bar: one line of JSON. */
export interface Row {
  topic: string;
  metric: string;
  /** Median over the pairs, in `unit`. */
  ours: number;
  /** Median over the pairs, in `unit`. */
  peer: number;
  /** Ours / peer over the pairs; null where the peer had nothing to divide by. */
  ratio: { [K in keyof Spread]: number | null };
  /** What `bound` must keep to. */
  bar: string;
  holds: boolean;
  /** Of `ours` and `peer`. */
  unit: string;
  /** Who the peer is. */
  against: string;
  pairs: number;
  /** What is held against the bar: a 95 % bound of the median ratio, or a count. */
  bound: number;
  verdict: Comparison['verdict'];
  /** What else was seen, per target. */
  detail?: Record<string, Record<string, number>>;
}

export interface BenchContext {
  /** `quick` takes less than a minute per topic; `full` is what results are published from. */
  effort: 'quick' | 'full';
  /** Whether parts for large machines run on a small one, too. */
  isLarge: boolean;
  random: Random;
  report: (row: Row) => void;
  /** Progress, for people. */
  note: (text: string) => void;
}

/** One subject of measurements. */
export interface Topic {
  name: string;
  run: (context: BenchContext) => Promise<void>;
}

/** The row of a comparison. */
export function comparedRow(
  about: Pick<Row, 'topic' | 'metric' | 'unit' | 'against' | 'detail'>,
  bar: Bar,
  { verdict, ...comparison }: Comparison,
): Row {
  return { ...about, ...comparison, bar: barText(bar), holds: verdict === 'held', verdict };
}
