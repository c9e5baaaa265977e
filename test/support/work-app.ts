import { onTestFinished } from 'vitest';

import type { ManagedContext } from '../../lib/context/managed-context.ts';
import type * as Work from '../fixtures/threads/start.ts';

/** The built fixture with the built package: threads run compiled code. */
export const work = (await import(
  new URL('../fixtures/dist/threads/start.js', import.meta.url).href
)) as typeof Work;

export type WorkApp = Work.WorkApp;

/** An application with threads that ends with the test. */
export async function startWork(...args: Parameters<typeof Work.startWork>): Promise<Work.WorkApp> {
  const started = await work.startWork(...args);
  onTestFinished(() => started.app.close());
  return started;
}

/** Shared memory for what a thread tells while it is at work. */
export function sharedCells(count = 4): { memory: SharedArrayBuffer; cells: Int32Array } {
  const memory = new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT);
  return { memory, cells: new Int32Array(memory) };
}

/** What a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was not rejected');
}

/** Runs a call in a request of its own, that a test can end. */
export function inRequest<T>(fn: () => Promise<T>): { result: Promise<T>; abort: () => void } {
  let request: ManagedContext | undefined;
  const result = work.Context.run({}, (context) => {
    request = context as ManagedContext;
    return fn();
  });
  result.catch(() => undefined);
  return { result, abort: () => request?.abort('client-gone') };
}
