import type { MedianBounds } from './bootstrap.ts';

/** What a ratio (ours / peer), or a count of ours, must keep to. */
export interface Bar {
  kind: 'at-least' | 'at-most';
  limit: number;
}

/** `inconclusive`: the bound allows both, more pairs are needed. */
export type Verdict = 'held' | 'missed' | 'inconclusive';

/**
 * Held only if the bound on the unfavourable side is within the bar, missed only if the other one
 * is beyond it too.
 */
export function judge({ kind, limit }: Bar, { lower, upper }: MedianBounds): Verdict {
  if (kind === 'at-least') {
    if (lower >= limit) return 'held';
    return upper < limit ? 'missed' : 'inconclusive';
  }
  if (upper <= limit) return 'held';
  return lower > limit ? 'missed' : 'inconclusive';
}

/** The bound that decides: the unfavourable one. */
export function unfavourable({ kind }: Bar, { lower, upper }: MedianBounds): number {
  return kind === 'at-least' ? lower : upper;
}

/** For people and for the rows: `>= 0.95`. */
export function barText({ kind, limit }: Bar): string {
  return `${kind === 'at-least' ? '>=' : '<='} ${limit}`;
}
