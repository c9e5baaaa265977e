import type { NoteValue, RequestContext } from '../context/request-context.ts';
import type { TimedStep } from '../context/timings.ts';

/** What work in a thread leaves for the record of its request. */
export interface ThreadTrail {
  /** Their starts are counted from that of the call, in milliseconds: clocks differ there. */
  steps: TimedStep[];
  notes: [name: string, value: NoteValue][];
}

/** What a call that began at `startedAt` left in its thread; undefined: nothing, as of most. */
export function trailOf(
  request: RequestContext | undefined,
  startedAt: number,
): ThreadTrail | undefined {
  if (request === undefined) return undefined;
  const notes = [...(request.notes ?? [])];
  const steps = request.hasTimings ? shifted(request.timings.steps, -startedAt) : [];
  return notes.length > 0 || steps.length > 0 ? { steps, notes } : undefined;
}

/** Puts what a call left among what its request has; the call was sent at `startedAt`. */
export function followTrail(
  { steps, notes }: ThreadTrail,
  request: RequestContext,
  startedAt: number,
): void {
  for (const step of shifted(steps, startedAt)) request.timings.add(step);
  for (const [name, value] of notes) request.note(name, value);
}

function shifted(steps: readonly TimedStep[], byMs: number): TimedStep[] {
  return steps.map(({ name, startedAt, ms }) => ({ name, startedAt: startedAt + byMs, ms }));
}
