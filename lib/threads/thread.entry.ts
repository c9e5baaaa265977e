import { parentPort, workerData } from 'node:worker_threads';

import { keepTicksFast } from '../common/process/fast-ticks.ts';
import { markPoolThread } from '../common/process/pool-thread.ts';
import type { ThreadBoot } from './protocol.ts';
import { ThreadHost } from './thread-host.ts';

keepTicksFast();
markPoolThread();

if (parentPort === null) throw new Error('This is the first module of a pool thread');
const host = new ThreadHost(workerData as ThreadBoot, parentPort);
void host.boot();

/** Required by Piscina but never called: calls use the host's port. */
export default function run(): void {}
