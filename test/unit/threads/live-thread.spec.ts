import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

import { describe, expect, it, onTestFinished } from 'vitest';

import { LiveThread } from '../../../lib/threads/live-thread.ts';
import type { ThreadAnswer, ThreadTask } from '../../../lib/threads/protocol.ts';
import { SharedCell } from '../../../lib/threads/shared-cell.ts';
import { packAnswer, packTask } from '../../../lib/threads/wire.ts';
import { until } from '../../support/until.ts';

const TASK: ThreadTask = {
  id: 'Work.render',
  call: 7,
  args: ['x'],
  buffers: undefined,
  context: undefined,
  remainingMs: Infinity,
  isTimed: false,
  sampled: undefined,
};

function answerOf(value: unknown): ThreadAnswer {
  const outcome = { kind: 'value', value, buffers: undefined } as const;
  return { outcome, runMs: 1, busyMs: 1, sample: undefined };
}

/** Both ends of a thread that has booted. */
function open() {
  const { port1: far, port2: port } = new MessageChannel();
  const cancelled = new SharedCell();
  const answers: ThreadAnswer[] = [];
  const thread = new LiveThread({ id: 3, startedAt: 0, terminate: async () => undefined });
  const booted = { kind: 'booted', thread: 3, methods: [], problems: [], port } as const;
  thread.open({ ...booted, cancelled: cancelled.memory }, (answer) => answers.push(answer));
  onTestFinished(() => far.close());
  return { thread, far, cancelled, answers };
}

describe('the end of a thread that stays with the main thread', () => {
  it('sends tasks and reports answers', async () => {
    const { thread, far, answers } = open();
    expect(thread).toMatchObject({ id: 3, state: 'READY' });
    thread.post(TASK, undefined);
    expect(receiveMessageOnPort(far)?.message).toEqual(packTask(TASK));
    far.postMessage(packAnswer(answerOf(42)), []);
    await until('it is answered', () => answers.length === 1);
    expect(answers).toEqual([answerOf(42)]);
  });

  it('names a cancelled call, in memory and in a message', () => {
    const { thread, far, cancelled } = open();
    thread.cancel(7, 'client-gone');
    expect(cancelled.value).toBe(7);
    expect(receiveMessageOnPort(far)?.message).toEqual({
      kind: 'cancel',
      call: 7,
      reason: 'client-gone',
    });
  });

  it('still reports what was answered before the thread ended', () => {
    const { thread, far, answers } = open();
    far.postMessage(packAnswer(answerOf('last')), []);
    thread.end();
    expect(thread.state).toBe('GONE');
    expect(answers).toEqual([answerOf('last')]);
    thread.post(TASK, undefined);
    thread.order({ kind: 'close' });
    expect(receiveMessageOnPort(far)).toBe(undefined);
  });

  it('gives a thread that is being ended no other state again', async () => {
    const { thread } = open();
    const ending = thread.terminate();
    expect(thread.state).toBe('ENDING');
    thread.end();
    await Promise.all([ending, thread.terminate(), thread.close(0)]);
    expect(thread.state).toBe('GONE');
  });

  it.each(['closed', 'end'] as const)('waits for its hooks, asked once: %s', async (how) => {
    const { thread, far } = open();
    const closings = [thread.close(600_000), thread.close(600_000)];
    expect(thread.state).toBe('ENDING');
    expect(receiveMessageOnPort(far)?.message).toEqual({ kind: 'close' });
    expect(receiveMessageOnPort(far)).toBe(undefined);
    thread[how]();
    await Promise.all(closings);
  });

  it('waits for its hooks no longer than they may take', async () => {
    const { thread } = open();
    await thread.close(1);
    expect(thread.state).toBe('ENDING');
  });
});
