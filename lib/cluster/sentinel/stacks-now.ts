import type { MainState, OtherStack, WorkerStacks } from '../../common/process/stack-request.ts';
import { type LoopSigns, signTime } from './loop-signs.ts';
import { takeMainStack } from './main-stack.ts';
import type { SourceLocations } from './source-locations.ts';
import { takeThreadStacks } from './thread-stacks.ts';

/**
 * Longest wait for a thread to pause. An idle one never does; a busy one may have to wait for a
 * core first.
 */
const WITHIN_MS = 500;

/** Longest wait for a main thread that is known to be busy. */
const LATE_WITHIN_MS = 2_000;

/** Signs this late come from a blocked loop. */
const LATE_MS = 100;

/** Takes the stacks of all threads: of the main thread first, which passes on those of others. */
export async function takeStacksNow(
  signs: LoopSigns,
  locations: SourceLocations,
): Promise<WorkerStacks> {
  const nothing = { stack: [], requestId: null, stoppedMs: 0, threads: [] };
  if (signs.isDebugged) return { main: 'DEBUGGED', ...nothing };
  // A late loop is busy: it pauses once it gets a core, unless native code keeps it.
  const raw = await takeMainStack(isLate(signs) ? LATE_WITHIN_MS : WITHIN_MS);
  const threads = otherStacks(locations);
  if (raw === undefined) return { ...nothing, main: unpausedState(signs), threads: await threads };
  const stack = raw.frames.map((frame) => locations.describe(frame));
  const { requestId = null, pausedMs: stoppedMs } = raw;
  const own: Pick<WorkerStacks, 'main' | 'stack'> = isWaking(stack)
    ? { main: 'IDLE', stack: [] }
    : { main: 'RUNNING', stack };
  return { ...own, requestId, stoppedMs, threads: await threads };
}

/** State of a main thread that could not be paused. */
export function unpausedState(signs: Pick<LoopSigns, 'areGiven' | 'read'>): MainState {
  return isLate(signs) ? 'NATIVE' : 'IDLE';
}

function isLate(signs: Pick<LoopSigns, 'areGiven' | 'read'>): boolean {
  const now = signTime();
  return !signs.areGiven || now - signs.read(now).nextAt > LATE_MS;
}

/** Whether the thread was paused as it woke: at the first instruction of a callback from Node. */
export function isWaking(stack: readonly string[]): boolean {
  return stack.length <= 1 && (stack[0] ?? '(node:').includes('(node:');
}

async function otherStacks(locations: SourceLocations): Promise<OtherStack[]> {
  const threads = await takeThreadStacks(WITHIN_MS);
  return threads.map(({ id, name, frames = [] }) => {
    const stack = frames.map((frame) => locations.describe(frame));
    return isWaking(stack)
      ? { id, name, state: 'QUIET', stack: [] }
      : { id, name, state: 'RUNNING', stack };
  });
}
