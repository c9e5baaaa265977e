import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';

import { Controller, Get } from '@nestjs/common';
import { ButtressModule } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';

import { startApp } from '../../support/nest-app.ts';
import { until } from '../../support/until.ts';

@Controller()
class QuickController {
  @Get('quick')
  quick(): object {
    return {};
  }
}

function statusOf(session: ClientHttp2Session): Promise<number> {
  return new Promise((resolve, reject) => {
    session
      .request({ ':path': '/quick' })
      .on('error', reject)
      .on('response', (headers) => resolve(headers[':status'] ?? 0))
      .resume()
      .end();
  });
}

describe('admission over HTTP/2', () => {
  it('R17 A process that is short of memory sends GOAWAY to HTTP/2 clients after an answer.', async () => {
    // Each process uses so much.
    const memory = { stopKeepAliveAt: 0.000_1, refuseAt: 1 };
    const { port } = await startApp(
      {
        imports: [ButtressModule.forRoot({ logging: false, admission: { memory } })],
        controllers: [QuickController],
      },
      { adapter: { http2: true } },
    );
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.destroy());
    let wasTold = false;
    session.on('goaway', () => (wasTold = true));
    // Memory is read once a second, and must be short twice.
    await until(
      'word of it',
      async () => {
        expect(await statusOf(session)).toBe(200);
        return wasTold;
      },
      { withinMs: 8_000, everyMs: 250 },
    );
  });
});
