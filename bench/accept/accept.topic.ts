import type { Topic } from '../support/topic.ts';
import { blockedWorker } from './blocked-worker.ts';
import { connectionsPerSecond } from './connections-per-second.ts';
import { cpuPerRequest } from './cpu-per-request.ts';
import { overload } from './overload.ts';

/** What the accept queue costs, and what it is good for. */
export const accept: Topic = {
  name: 'accept',
  run: async (context) => {
    await connectionsPerSecond(context);
    await cpuPerRequest(context);
    await blockedWorker(context);
    await overload(context);
  },
};
