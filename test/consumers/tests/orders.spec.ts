import { isMainThread, threadId } from 'node:worker_threads';

import { Test } from '@nestjs/testing';
import { ThreadSerializationError, ThreadsModule, type ThreadsMode } from 'nestjs-buttress/threads';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Orders, OrdersModule } from './orders.js';

async function start(mode: ThreadsMode): Promise<Orders> {
  const threads = ThreadsModule.forRoot({
    module: new URL('../dist/orders.js', import.meta.url),
    moduleExport: 'OrdersModule',
    cpu: { threads: 1 },
    mode,
  });
  const app = await Test.createTestingModule({ imports: [threads, OrdersModule] }).compile();
  await app.init();
  onTestFinished(() => app.close());
  return app.get(Orders);
}

describe('Orders', () => {
  it('runs where it is expected', () => {
    expect(isMainThread).toBe(process.env['EXPECTED_POOL'] === 'forks');
  });

  it('finds what can not be copied among the arguments', async () => {
    const orders = await start('inline-clone');
    const call = orders.sum({ lines: [{ price: 1 }, { price: 2, total: () => 2 }] });
    await expect(call).rejects.toBeInstanceOf(ThreadSerializationError);
    await expect(call).rejects.toMatchObject({ path: 'args[0].lines[1].total' });
  });

  it('finds what can not be copied in the result', async () => {
    const orders = await start('inline-clone');
    const call = orders.read(1);
    await expect(call).rejects.toBeInstanceOf(ThreadSerializationError);
    await expect(call).rejects.toMatchObject({ path: 'result.lines[0].total' });
  });

  it('runs on copies, in the thread of the test', async () => {
    const orders = await start('inline-clone');
    expect(await orders.sum({ lines: [{ price: 3 }] })).toEqual({ sum: 6, threadId });
  });

  it('runs in a thread that loads what was compiled', async () => {
    const orders = await start('threads');
    const { sum, threadId: other } = await orders.sum({ lines: [{ price: 3 }] });
    expect(sum).toBe(6);
    expect(other).not.toBe(threadId);
    expect(other).toBeGreaterThan(0);
    const call = orders.read(1);
    await expect(call).rejects.toMatchObject({
      name: 'ThreadSerializationError',
      path: 'result.lines[0].total',
    });
  });
});
