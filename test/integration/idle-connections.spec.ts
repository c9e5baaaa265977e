import { Controller, Get } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import { startApp, type StartAppOptions } from '../support/nest-app.ts';
import { RawConnection, requestText } from '../support/raw-connection.ts';
import { until } from '../support/until.ts';

@Controller()
class Answers {
  @Get()
  answer(): string {
    return 'an answer';
  }
}

const SHORT_MS = 500;

describe('a connection that is idle', () => {
  it.each([
    ['keepAliveTimeout', { keepAliveTimeout: SHORT_MS }],
    [
      'keepAliveTimeout, where sending has a limit',
      { keepAliveTimeout: SHORT_MS, sendTimeoutMs: 100 },
    ],
  ])("R3 is closed after Fastify's %s, whatever limit sending has.", async (_, adapter) => {
    const { port } = await startApp(
      { controllers: [Answers] },
      { adapter: adapter as NonNullable<StartAppOptions['adapter']> },
    );
    const idle = new RawConnection(port).send(requestText('/', 'keep-alive'));
    await until('its answer', () => idle.text.endsWith('an answer'));
    await until('its end', () => idle.isClosed, { withinMs: 6_000 });
    expect(idle.ageMs).toBeGreaterThan(0.9 * SHORT_MS);
  });

  it("R3 is closed after Fastify's connectionTimeout where nothing was asked.", async () => {
    const { port } = await startApp(
      { controllers: [Answers] },
      { adapter: { connectionTimeout: SHORT_MS } },
    );
    const silent = new RawConnection(port);
    await until('its end', () => silent.isClosed, { withinMs: 6_000 });
    expect(silent.ageMs).toBeGreaterThan(0.9 * SHORT_MS);
  });

  it('R3 is kept for as long as Fastify keeps it, though sending has a shorter limit.', async () => {
    const { port } = await startApp(
      { controllers: [Answers] },
      { adapter: { keepAliveTimeout: 60_000, sendTimeoutMs: 100 } },
    );
    const idle = new RawConnection(port).send(requestText('/', 'keep-alive'));
    await until('some time', () => idle.ageMs > 1_500);
    expect(idle.isClosed).toBe(false);
    idle.send(requestText('/', 'close'));
    await idle.closed;
    expect(idle.text.match(/an answer/g)).toHaveLength(2);
  });
});
