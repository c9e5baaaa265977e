import { describe, expect, it } from 'vitest';

import { queueLimitsOf } from '../../../../lib/cluster/accepting/queue-limits.ts';
import { acceptQueue } from './slow-turns.ts';

describe('The limits of a queue', () => {
  it('are those that were given for the application', () => {
    expect(queueLimitsOf('app', acceptQueue)).toEqual(acceptQueue);
  });

  it('let viewers of the pages wait while one is made, and for longer if that was given', () => {
    expect(queueLimitsOf('meta', acceptQueue)).toMatchObject({
      maxQueue: acceptQueue.maxQueue,
      maxWaitMs: 2_000,
      targetMs: 500,
      intervalMs: 2_000,
    });
    expect(queueLimitsOf('meta', { ...acceptQueue, maxWaitMs: 9_000 }).maxWaitMs).toBe(9_000);
  });
});
