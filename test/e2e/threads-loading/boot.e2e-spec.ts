import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer, type Report } from '../../support/consumer.ts';

/** Options of the consumer, besides those of `ThreadsModule`. */
interface Given {
  file?: string;
  thread?: string;
  warmup?: boolean;
  bootTimeoutMs?: number;
  cpu?: { minThreads: number; threads: number };
}

/** Both fail at once. */
const TWO = { cpu: { minThreads: 2, threads: 2 } };

/** From the start of the process to its end: nothing waits, and nothing is left that runs on. */
const PROMPT_MS = 10_000;

describe('Loading of what does not start', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = new Consumer({
      type: 'module',
      sources: {
        'src/main.ts': 'providers/main.ts',
        'src/modules.ts': 'providers/modules.ts',
        'src/failing.ts': 'providers/failing.ts',
        'src/broken.ts': 'providers/broken.ts',
        'src/work.ts': 'providers/work.ts',
      },
    });
    await consumer.tool('@typescript/native/bin/tsc');
  });

  afterAll(() => consumer.remove());

  it('T15: A module that is not there ends the start and is named.', async () => {
    const { error } = await start({ file: 'absent' });
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('dist/absent.js does not exist');
  });

  it('T15: An export that is not there ends the start, which names those that are.', async () => {
    const { error } = await start({ thread: 'AbsentModule' });
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('dist/modules.js exports no "AbsentModule"');
    expect(error?.message).toMatch(/it exports: .*\bClassModule\b.*\bTwinModule\b/);
  });

  it('T15: A module that fails while it is imported ends the start with its reason.', async () => {
    const { error } = await start({ file: 'broken' });
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toMatch(/ENOENT: .*model\.bin/);
  });

  it('T15: A provider whose constructor throws ends the start with its error.', async () => {
    const { error } = await start({ file: 'failing', thread: 'ThrowingModule' });
    expect(error).toEqual({
      name: 'ThreadContextBootError',
      message: 'A thread of the pool "cpu" could not be started: the model is not there',
      cause: { name: 'RangeError', message: 'the model is not there' },
    });
  });

  it('T15: A provider that ends its thread while that boots ends the start.', async () => {
    const { error } = await start({ file: 'failing', thread: 'ExitingModule', ...TWO });
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('it ended with code 7 before it was ready');
  });

  it('T15: An error that nobody catches while a thread boots ends the start.', async () => {
    const { error } = await start({ file: 'failing', thread: 'CrashingModule', ...TWO });
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('lost its way');
  });

  it('T15: A provider that is never ready ends the start when its time is over.', async () => {
    const given = { file: 'failing', thread: 'StuckModule', bootTimeoutMs: 1_000 };
    const { error } = await start(given);
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('threads.bootTimeoutMs');
  });

  it.each([
    { file: 'absent', thread: 'AbsentModule' },
    { file: 'failing', thread: 'ExitingModule' },
  ])('T15: Without warmup, calls fail when threads do not start ($thread).', async (given) => {
    const { callError } = await start({ ...given, warmup: false });
    expect(callError?.name).toBe('ThreadContextBootError');
  });

  async function start(given: Given): Promise<Report> {
    const args = JSON.stringify({
      app: 'ClassModule',
      cpu: { minThreads: 1, threads: 1 },
      ...given,
    });
    const { tookMs, ...report } = await consumer.start('dist/main.js', args);
    expect(tookMs).toBeLessThan(PROMPT_MS);
    return report;
  }
});
