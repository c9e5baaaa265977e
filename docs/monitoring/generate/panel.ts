import type { Vector } from './query.ts';

/** A query of a panel and how its results are named. */
export interface Line {
  expr: string;
  legend: string;
}

/** Units as Grafana names them. */
type Unit = 'short' | 'reqps' | 'cps' | 'ops' | 'percentunit' | 's' | 'bytes' | 'none';

/** A panel before it has its place. */
export interface Panel {
  title: string;
  /** What to read from it. */
  description: string;
  kind: 'lines' | 'areas' | 'steps' | 'heatmap' | 'tile' | 'table';
  unit: Unit;
  /** Columns of 24. */
  width: number;
  lines: readonly Line[];
  /** Values from which it is orange and red; with `isLowBad` the one from which it is green. */
  thresholds?: readonly number[];
  isLowBad?: boolean;
}

/** A heading and the panels below it. */
export interface Row {
  title: string;
  panels: readonly Panel[];
}

/** Names each result by a word and by the values of labels, which the expression must have. */
export function line<L extends string>(
  expr: Vector<L>,
  word: string,
  ...by: readonly NoInfer<L>[]
): Line {
  const words = [word, ...by.map((label) => `{{${label}}}`)];
  return { expr: expr.text, legend: words.filter((one) => one !== '').join(' ') };
}
