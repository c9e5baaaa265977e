import { outside } from '../common/outside.ts';

/** Schedules a callback once after a delay. Returns a function that cancels it. */
export type Schedule = (callback: () => void, afterMs: number) => () => void;

/** Keeps the process alive, because a caller waits for what the timer limits. */
export const timer: Schedule = (callback, afterMs) => {
  const timeout = outside(() => setTimeout(callback, afterMs));
  return () => clearTimeout(timeout);
};
