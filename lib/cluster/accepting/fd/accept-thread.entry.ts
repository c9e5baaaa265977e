import { workerData } from 'node:worker_threads';

import { loadLibc } from '../../../posix/libc.ts';
import { AcceptLoop, type AcceptLoopData } from './accept-loop.ts';

/** Entry module of the accept thread. */
void run(workerData as AcceptLoopData);

async function run(data: AcceptLoopData): Promise<void> {
  new AcceptLoop(await loadLibc(), data).run();
}
