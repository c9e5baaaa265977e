import type { Topic } from '../support/topic.ts';
import { measurePulse } from './pulse.ts';
import { measureRendering } from './rendering.ts';
import { measureWatching } from './watching.ts';

/** What a look at the pages costs their process, and the workers. */
export const meta: Topic = {
  name: 'meta',
  async run(context) {
    await measureRendering(context);
    await measurePulse(context);
    await measureWatching(context);
  },
};
