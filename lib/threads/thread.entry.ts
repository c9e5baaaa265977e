import { parentPort, workerData } from 'node:worker_threads';

import { markPoolThread } from '../common/pool-thread.ts';
import type { ThreadBoot } from './protocol.ts';
import { ThreadHost } from './thread-host.ts';

markPoolThread();

if (parentPort === null) throw new Error('This is the first module of a pool thread');
const host = new ThreadHost(workerData as ThreadBoot, parentPort);
// Piscina says that the thread is ready when this module is loaded; the context comes after that.
setImmediate(() => void host.boot());

/** What Piscina asks for, and never calls: calls come on the port that the host opens. */
export default function run(): void {}
