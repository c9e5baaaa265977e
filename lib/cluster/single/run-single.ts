import { assertSupportedNode } from '../supported-node.ts';
import type { Closable, WorkerRuntime } from '../worker-runtime.ts';
import type { RunSingleOptions } from './single.options.ts';

/**
 * Runs an application in a single process, without a Group: for development, tests, and platforms
 * that can't pass connections between processes. INT, TERM, and HUP unless the application
 * handles it, drain like a worker of a group: no new connections, up to `drain.requestTimeoutMs`
 * for requests in flight, then the application closes with its shutdown hooks. A second signal ends
 * the process at once; signals within 200 ms of the first count as one.
 *
 * @returns the application that `bootstrap` returned
 * @throws TypeError, RangeError for a wrong option, before anything is started
 * @throws UnsupportedNodeError on a Node older than 22.19
 */
export async function runSingle<A extends Closable>(
  bootstrap: (worker: WorkerRuntime) => A | Promise<A>,
  options: RunSingleOptions = {},
): Promise<A> {
  assertSupportedNode();
  // A primary shares this entry of the package, and needs nothing of a worker's.
  const { runInThisProcess } = await import('./single-process.ts');
  return runInThisProcess(bootstrap, options);
}
