import { join } from 'node:path';

/** Request for the stacks of all threads: a file in the private directory of the group. */
export interface StackRequest {
  /** Names the answers. */
  id: string;
  /** Id of the only worker that is asked; absent: all. */
  worker?: number;
  /** Unix time after which nobody waits for answers, in milliseconds. */
  until: number;
}

/**
 * What a main thread did:
 *
 * - `RUNNING`: it executed `stack`
 * - `IDLE`: its event loop turned, and waited for events
 * - `NATIVE`: it executed no JavaScript, and its event loop was late: native code kept it
 * - `DEBUGGED`: a debugger is attached, which a sample would disturb
 */
export type MainState = 'RUNNING' | 'IDLE' | 'NATIVE' | 'DEBUGGED';

/** What a pool thread did. `QUIET`: it executed no JavaScript; it was idle or in native code. */
export type OtherState = 'RUNNING' | 'QUIET';

/** Stack of a thread other than the main thread. */
export interface OtherStack {
  /** Thread id, as in `threads`. */
  id: number;
  name: string;
  state: OtherState;
  /** Innermost frame first. */
  stack: string[];
}

/** Stacks of one worker. */
export interface WorkerStacks {
  main: MainState;
  /** Innermost frame first. */
  stack: string[];
  /** Request whose context was active; null: none. */
  requestId: string | null;
  /** Time for which the main thread was paused. */
  stoppedMs: number;
  threads: OtherStack[];
}

/** Path of the request; there is one at a time. */
export function stackRequestPath(directory: string): string {
  return join(directory, 'stacks-request.json');
}

const ANSWER = /^stacks-[\da-f]+-\d+\.json(?:\.part)?$/;

/** Whether a file is an answer to some request, or a part of one. */
export function isStackAnswer(name: string): boolean {
  return ANSWER.test(name);
}

/** Path of the answer of a worker to the request `id`. */
export function stackAnswerPath(directory: string, id: string, worker: number): string {
  return join(directory, `stacks-${id}-${worker}.json`);
}
