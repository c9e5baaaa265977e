import { once } from 'node:events';
import { connect } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';

import { Controller, Get, Query } from '@nestjs/common';
import { ButtressModule } from 'nestjs-buttress';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { startApp } from '../support/nest-app.ts';
import { RawConnection, requestText } from '../support/raw-connection.ts';
import { until } from '../support/until.ts';

/** Over the ten listeners of one event from which Node warns of a leak. */
const MANY = 15;

let warnings: string[];

beforeEach(() => {
  warnings = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
});

@Controller()
class SlowController {
  @Get('slow')
  async slow(@Query('ms') ms: string): Promise<string> {
    await wait(Number(ms));
    return 'answered';
  }
}

const metadata = { imports: [ButtressModule.forRoot({})], controllers: [SlowController] };

/** Resolves when Node has emitted what it had to warn of. */
async function warned(): Promise<string[]> {
  await wait(0);
  return warnings;
}

describe('Node warns of no leak of listeners', () => {
  it('when many pipelined requests wait on a connection.', async () => {
    const { port } = await startApp(metadata);
    const connection = new RawConnection(port);
    onTestFinished(() => connection.abandon());
    connection.send(requestText('/slow?ms=50', 'keep-alive').repeat(MANY));
    await until('all answers', () => connection.text.split('answered').length === MANY + 1);
    expect(await warned()).toEqual([]);
  });

  it('when many streams wait on an HTTP/2 connection.', async () => {
    const { port } = await startApp(metadata, { adapter: { http2: true } });
    const session = connect(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.destroy());
    const streams = Array.from({ length: MANY }, () => session.request({ ':path': '/slow?ms=50' }));
    await Promise.all(streams.map((stream) => once(stream.resume(), 'end')));
    expect(await warned()).toEqual([]);
  });

  it('when many applications run in one process, as in tests that close none.', async () => {
    for (let count = 0; count < MANY; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another, as in tests
      await startApp(metadata);
    }
    expect(await warned()).toEqual([]);
  });
});
