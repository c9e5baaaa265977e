import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ChannelRemoteError } from '../../../lib/channel/channel.errors.ts';
import { PrimaryMemory } from '../../../lib/meta/primary-memory.ts';

let answers: Record<string, unknown>;
let timeouts: number[];
let memory: PrimaryMemory;

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000 });
  answers = { ready: true };
  timeouts = [];
  memory = new PrimaryMemory({
    primary: async (name, { timeoutMs }) => {
      timeouts.push(timeoutMs);
      if (answers[name] === Error) throw new Error('no answer in time');
      if (answers[name] instanceof Error) throw answers[name];
      return answers[name];
    },
  });
});

afterEach(() => void vi.useRealTimers());

describe('What the primary told', () => {
  it('stands while it does not answer, from its last answer on.', async () => {
    expect([await memory.latest('ready'), memory.silentSince]).toEqual([true, undefined]);
    answers['ready'] = Error;
    vi.setSystemTime(9_000);
    expect([await memory.latest('ready'), memory.silentSince]).toEqual([true, 5_000]);
    answers['ready'] = false;
    expect([await memory.latest('ready'), memory.silentSince]).toEqual([false, undefined]);
  });

  it('is no answer to who needs one now, nor what it never told.', async () => {
    await memory.ask('ready');
    answers = { ready: Error, workers: undefined };
    await expect(memory.ask('ready')).rejects.toThrow('The primary did not answer in time');
    await expect(memory.latest('workers')).rejects.toThrow('The primary did not answer in time');
  });

  it('is no silence of one that has no such report, or fails to make it.', async () => {
    await memory.ask('ready');
    answers = { ready: new ChannelRemoteError('ready', 'it failed') };
    await expect(memory.latest('scaling')).rejects.toThrow('did not answer');
    await memory.latest('ready');
    expect(memory.silentSince).toBeUndefined();
  });

  it('comes sooner while it is silent, and who asks waits as long as before.', async () => {
    await memory.ask('ready');
    answers['ready'] = Error;
    await memory.latest('ready');
    await memory.latest('ready');
    await memory.ask('ready').catch(() => undefined);
    expect(timeouts).toEqual([1_000, 1_000, 200, 1_000]);
  });
});
