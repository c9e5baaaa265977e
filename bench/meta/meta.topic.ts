import type { Topic } from '../support/topic.ts';
import { measureWatching } from './watching.ts';

/** What it costs the workers that somebody looks at the pages. */
export const meta: Topic = { name: 'meta', run: measureWatching };
