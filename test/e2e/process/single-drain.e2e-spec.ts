import { Agent } from 'node:http';

import { describe, expect, it, onTestFinished } from 'vitest';

import { startSingle } from '../../support/single-process.ts';
import { until } from '../../support/until.ts';
import { askSingle, END_WITHIN_MS, sendSlow } from './single-requests.ts';

describe('The drain of an application in one process', () => {
  it('R23 answers a request that comes on a kept connection just after the signal, and ends after those in flight', async () => {
    const single = await startSingle({ app: 'hooks.app' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect(await askSingle(single, '/who', { agent })).toBe(200);
    const [slow] = await sendSlow(single, ['127.0.0.1']);
    single.signal('SIGTERM');
    await until(
      'no new connections',
      async () => (await askSingle(single, '/who')) === 'ECONNREFUSED',
    );
    expect(await askSingle(single, '/who', { agent })).toBe(200);
    expect(await slow).toBe(200);
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
  });

  it('R7 lets a handler of others send the signal again when it is done', async () => {
    const preload = new URL('../../fixtures/dist/preload/raise-again.js', import.meta.url).href;
    const single = await startSingle({ app: 'hooks.app', preload });
    single.signal('SIGTERM');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
    expect(single.output).toContain('handed over after its signal');
  });
});
