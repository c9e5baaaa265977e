import type { ManagedContext } from '../context/managed-context.ts';
import type { NoteValue } from '../context/request-context.ts';
import type { TimedStep } from '../context/timings.ts';

const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** Steps and notes that a call adds to its request's record. */
export interface ThreadTrail {
  /** Starts relative to the start of the call, since clocks differ. */
  steps: TimedStep[];
  notes: [name: string, value: NoteValue][];
}

/** Trail of a call that began at `startedAt`; undefined if empty, as for most. */
export function trailOf(
  request: ManagedContext | undefined,
  startedAt: number,
): ThreadTrail | undefined {
  if (request === undefined) return undefined;
  // Untyped code can note what no message carries.
  const notes = [...(request.notes ?? [])].filter(([, value]) => PLAIN.has(typeof value));
  const steps = request.hasTimings ? shifted(request.timings.steps, -startedAt) : [];
  return notes.length > 0 || steps.length > 0 ? { steps, notes } : undefined;
}

/** Adds a call's trail to its request; `startedAt`: when the call was sent. */
export function followTrail(
  { steps, notes }: ThreadTrail,
  request: ManagedContext,
  startedAt: number,
): void {
  for (const step of shifted(steps, startedAt)) request.timings.add(step);
  for (const [name, value] of notes) request.note(name, value);
}

function shifted(steps: readonly TimedStep[], byMs: number): TimedStep[] {
  return steps.map(({ name, startedAt, ms }) => ({ name, startedAt: startedAt + byMs, ms }));
}
