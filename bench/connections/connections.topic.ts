import type { Topic } from '../support/topic.ts';
import { clientsByName } from './clients-by-name.ts';
import { pooledSockets } from './pooled-sockets.ts';

/** What it costs to go through named services, next to going there directly. */
export const connections: Topic = {
  name: 'connections',
  run: async (context) => {
    await pooledSockets(context);
    await clientsByName(context);
  },
};
