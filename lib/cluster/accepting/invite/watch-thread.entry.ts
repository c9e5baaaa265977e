import { workerData } from 'node:worker_threads';

import { collectAll } from '../../../common/process/collect-garbage.ts';
import { loadLibc } from '../../../posix/libc.ts';
import { WatchLoop, type WatchLoopData } from './watch-loop.ts';

/** Entry module of the thread that watches the listening sockets. */
void run(workerData as WatchLoopData);

async function run(data: WatchLoopData): Promise<void> {
  const loop = new WatchLoop(await loadLibc(), data);
  collectAll();
  loop.run();
}
