import { Stats } from './stats.ts';

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.stats');

interface StatsSlot {
  [slot]?: Stats;
}

/** The statistics of this process. */
export function processStats(): Stats {
  return ((globalThis as StatsSlot)[slot] ??= new Stats());
}
