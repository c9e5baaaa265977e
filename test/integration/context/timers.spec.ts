import type { IncomingMessage, ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ButtressModule, Context } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { startApp } from '../../support/nest-app.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const REQUESTS = 30;

/** Parsers keep the request that they read last, and so do variables on a stack. */
const LEFT_BY_NODE = 2;

const timers: NodeJS.Timeout[] = [];
const ids: (string | undefined)[] = [];

/** What of each request must go. */
const kept: Record<string, WeakRef<object>[]> = { request: [], reply: [], log: [], body: [] };

interface Raw {
  raw: object;
  log: object;
}

/** As a limiter does for each request: it names nothing of the request. */
function startTimer(): void {
  timers.push(setTimeout(() => ids.push(Context.current()?.id), 600_000));
}

@Controller()
class Limited {
  @Post('limited')
  take(@Req() request: Raw, @Res({ passthrough: true }) reply: Raw, @Body() body: object): object {
    startTimer();
    void Context.current()?.signal;
    kept['request']?.push(new WeakRef(request.raw));
    kept['reply']?.push(new WeakRef(reply.raw));
    kept['log']?.push(new WeakRef(reply));
    kept['body']?.push(new WeakRef(body));
    return { taken: true };
  }
}

/** As a middleware does that limits callers: no handler begins. */
function turnAway(request: IncomingMessage, response: ServerResponse): void {
  startTimer();
  kept['request']?.push(new WeakRef(request));
  kept['reply']?.push(new WeakRef(response));
  response.writeHead(429).end('too many');
}

function left(): Record<string, number> {
  const counts = Object.entries(kept).map(([name, refs]) => {
    return [name, refs.filter((ref) => ref.deref() !== undefined).length] as const;
  });
  return Object.fromEntries(counts);
}

describe('R41 a timer that a request has created', () => {
  it.each([
    ['a handler', 201],
    ['a middleware that turns the request away', 429],
  ])('keeps neither the request nor its reply when that is sent, by %s', async (_by, status) => {
    onTestFinished(() => timers.splice(0).forEach(clearTimeout));
    for (const refs of Object.values(kept)) refs.length = 0;
    const { fetch } = await startApp(
      {
        imports: [ButtressModule.forRoot({ meta: false, logging: { level: 'silent' } })],
        controllers: [Limited],
      },
      { prepare: ({ app }) => void (status === 429 && app.use(turnAway)) },
    );
    for (let count = 0; count < REQUESTS; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await fetch('/limited', {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ text: 'x'.repeat(2_000) }),
      });
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(answer.status).toBe(status);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await answer.text();
    }
    expect(timers).toHaveLength(REQUESTS);
    // The timers run for ten minutes, so what they keep is still there.
    await vi.waitFor(
      () => {
        collectGarbage();
        for (const [name, count] of Object.entries(left())) {
          expect(count, name).toBeLessThanOrEqual(LEFT_BY_NODE);
        }
      },
      { timeout: 10_000, interval: 20 },
    );
  });

  it('still knows its request', async () => {
    const found = Promise.withResolvers<string | undefined>();
    Context.run({ id: 'r-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, () => {
      setTimeout(() => found.resolve(Context.current()?.trace.traceId), 1);
    });
    expect(await found.promise).toBe('a'.repeat(32));
  });
});
