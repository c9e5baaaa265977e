import { describe, expect, it } from 'vitest';

import { stopIntake } from '../../../../lib/cluster/worker/message-intake.ts';

describe('Stopping the intake of RabbitMQ', () => {
  it('R40 holds over a reconnection, after which all set-ups run once more', async () => {
    const cancelled: string[] = [];
    const consumed: string[] = [];
    const channelWith = (...tags: string[]) => ({
      consumers: new Map(tags.map((tag) => [tag, {}])),
      cancel: (tag: string) => Promise.resolve(cancelled.push(tag)),
      consume: (queue: string): unknown => consumed.push(queue),
    });
    type Channel = ReturnType<typeof channelWith>;
    const setups: ((channel: Channel) => unknown)[] = [];
    const present = channelWith('work', 'notes');
    const addSetup = (setup: (channel: Channel) => unknown): unknown => {
      setups.push(setup);
      return setup(present);
    };
    await stopIntake({ channel: { addSetup } });
    expect(cancelled).toEqual(['work', 'notes']);
    const next = channelWith();
    const ofNest = async (channel: Channel): Promise<void> => {
      await Promise.resolve();
      channel.consume('work');
    };
    await Promise.all([ofNest, ...setups].map((setup) => setup(next)));
    expect(consumed).toEqual([]);
  });
});
