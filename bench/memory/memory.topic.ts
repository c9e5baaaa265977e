import type { Topic } from '../support/topic.ts';
import { measureProcesses } from './processes.ts';
import { measureSample } from './sample.ts';
import { measureThreads } from './threads.ts';

/** Private memory of all kinds of processes, against plain Nest and against limits. */
export const memory: Topic = {
  name: 'memory',
  async run(context) {
    await measureProcesses(context);
    await measureSample(context);
    await measureThreads(context);
  },
};
