import { Agent } from 'node:http';

import { describe, expect, it, onTestFinished } from 'vitest';

import { launchSingle, startSingle } from '../../support/single-process.ts';
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

  it.each(['SIGQUIT', 'SIGUSR2'] as const)(
    'R6 answers what is in flight at %s too, as Nest by default',
    async (signal) => {
      const single = await startSingle({ app: 'hooks.app' });
      const [slow] = await sendSlow(single, ['127.0.0.1']);
      single.signal(signal);
      expect(await slow).toBe(200);
      expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
      expect(single.output).toContain(`"hook":"onApplicationShutdown"`);
      expect(single.output).toContain(`"signal":"${signal}"`);
    },
  );

  it('R23 answers what is in flight while the application still warms up', async () => {
    const single = await launchSingle({ app: 'hooks.app', env: { WARM_UP_MS: '3000' } });
    await until('its port', async () => (await askSingle(single, '/who')) === 200);
    const [slow] = await sendSlow(single, ['127.0.0.1'], 1_000);
    single.signal('SIGTERM');
    // As npm and a terminal send it.
    single.signal('SIGTERM');
    expect(await slow).toBe(200);
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
  });

  it('ends at once by a signal before it listens', async () => {
    const env = { BOOT_MS: '60000', SHUTDOWN_HOOKS: 'no' };
    const single = await launchSingle({ app: 'hooks.app', env });
    await until('its start', () => single.output.includes('booting'));
    single.signal('SIGTERM');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('R23 says goodbye to WebSockets of a gateway on Express', async () => {
    const single = await startSingle({
      app: 'gateway.app',
      env: { ADAPTER: 'express' },
      options: { drain: { streamGraceMs: 500 } },
    });
    const socket = new WebSocket(`ws://127.0.0.1:${single.port}/gateway`);
    const closed = new Promise<number>((resolve) => {
      socket.addEventListener('close', ({ code }) => resolve(code));
    });
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    single.signal('SIGTERM');
    expect(await closed).toBe(1_001);
  });

  it('R7 lets a handler of others send the signal again when it is done', async () => {
    const preload = new URL('../../fixtures/dist/preload/raise-again.js', import.meta.url).href;
    const single = await startSingle({ app: 'hooks.app', preload });
    single.signal('SIGTERM');
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
    expect(single.output).toContain('handed over after its signal');
  });
});
