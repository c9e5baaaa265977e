import type { ChartMark } from '../view/chart.ts';
import type { JournalEntry } from './journal.ts';

/** More would hide the lines. */
const MAX_MARKS = 40;

/** Marks of the latest events, for charts. */
export function chartMarks(events: readonly JournalEntry[], since = 0): ChartMark[] {
  return events
    .filter(({ at, kind }) => at >= since && kind !== 'start')
    .slice(0, MAX_MARKS)
    .map(({ at, text }) => ({ at, label: text }));
}
