import { Logger as NestLogger, type LoggerService, type LogLevel, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ButtressModule, ClusteredFastifyAdapter, Logger } from 'nestjs-buttress';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { withFirstLines } from '../../../lib/logging/first-lines.ts';
import { redirectLines } from '../../../lib/logging/line-destination.ts';

const FIRST = 'Starting Nest application...';
const LAST = 'Nest application successfully started';

/** Nest's own, before an application chose another one. */
const NEST_DEFAULT = (NestLogger as unknown as { staticInstanceRef: LoggerService })
  .staticInstanceRef;

interface Written {
  /** Messages of our logger. */
  ours: () => string[];
  /** Messages on the console, in Nest's format. */
  console: () => string;
}

let written: Written;

/** One for the file: all applications of a process share nestjs-pino's first logger. */
const lines: string[] = [];

beforeEach(() => {
  NestLogger.overrideLogger(NEST_DEFAULT);
  lines.length = 0;
  redirectLines({ write: (line) => void lines.push(line) });
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => {
    stdout.mockRestore();
    stderr.mockRestore();
    Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
  });
  written = {
    ours: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    console: () =>
      [...stdout.mock.calls, ...stderr.mock.calls].map(([text]) => String(text)).join(''),
  };
});

function withLogging(): object {
  @Module({ imports: [ButtressModule.forRoot({ logging: { pretty: false }, meta: false })] })
  class AppModule {
    onApplicationShutdown(): void {
      new NestLogger('Shop').log('closing');
    }
  }
  return AppModule;
}

type Options = Parameters<typeof NestFactory.create>[2];

async function start(
  module: object,
  options?: Options,
  prepare?: (app: NestFastifyApplication) => void,
): Promise<NestFastifyApplication> {
  const adapter = new ClusteredFastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    abortOnError: false,
    ...options,
  });
  onTestFinished(() => app.close());
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

/** A logger of the application's own. */
function ownLogger(): LoggerService & { messages: string[] } {
  const messages: string[] = [];
  const note = (message: unknown): void => void messages.push(String(message));
  return { messages, log: note, warn: note, error: note };
}

describe('lines of Nest, where the application has our logging', () => {
  it('R43: are ours from the first one on while a Group or runSingle starts it', async () => {
    await withFirstLines(() => start(withLogging()));
    expect(written.ours()).toEqual(expect.arrayContaining([FIRST, LAST]));
    expect(written.console()).toBe('');
  });

  it('R43: are ours from its own first line on where nothing else starts it', async () => {
    await start(withLogging());
    expect(written.ours()).toContain(LAST);
    expect(written.ours()).not.toContain(FIRST);
    expect(written.console()).not.toContain(LAST);
  });

  it('R43: are ours for each application of a process in turn', async () => {
    await start(withLogging());
    await start(withLogging());
    expect(written.ours().filter((text) => text === LAST)).toHaveLength(2);
  });

  it('R43: are Nest’s again after its end, in its format, also for a start', async () => {
    @Module({})
    class OtherModule {}
    const first = await withFirstLines(() => start(withLogging()));
    await first.close();
    expect(written.ours()).toContain('closing');
    lines.length = 0;
    await start(OtherModule);
    new NestLogger('Shop').log('open');
    expect(written.ours()).toEqual([]);
    for (const text of [FIRST, LAST, 'open']) expect(written.console()).toContain(text);
    await withFirstLines(() => start(withLogging()));
    expect(written.ours()).toEqual(expect.arrayContaining([FIRST, LAST]));
  });

  it.each(['first', 'second'] as const)(
    'R43: stay ours while one of two applications goes on, whichever ends: the %s',
    async (which) => {
      const apps = { first: await start(withLogging()), second: await start(withLogging()) };
      await apps[which].close();
      new NestLogger('Shop').log('open');
      expect(written.ours()).toContain('open');
      await apps[which === 'first' ? 'second' : 'first'].close();
      new NestLogger('Shop').log('closed');
      expect(written.ours()).not.toContain('closed');
      expect(written.console()).toContain('closed');
    },
  );

  it('R43: stay with a logger that the application has set since', async () => {
    const own = ownLogger();
    const app = await start(withLogging());
    NestLogger.overrideLogger(own);
    await app.close();
    new NestLogger('Shop').log('open');
    expect(own.messages).toContain('open');
  });

  it('R43: go to the logger that the application gives', async () => {
    const own = ownLogger();
    await withFirstLines(() => start(withLogging(), { logger: own }));
    expect(own.messages).toEqual(expect.arrayContaining([FIRST, LAST]));
    expect(written.ours()).toEqual([]);
  });

  it('R43: go to the logger of useLogger(), buffered ones included', async () => {
    const own = ownLogger();
    await withFirstLines(() =>
      start(withLogging(), { bufferLogs: true }, (app) => app.useLogger(own)),
    );
    expect(own.messages).toEqual(expect.arrayContaining([FIRST, LAST]));
    expect(written.ours()).toEqual([]);
  });

  it('R43: keep the levels that the application gives', async () => {
    const levels: LogLevel[] = ['error', 'warn'];
    await withFirstLines(() => start(withLogging(), { logger: levels }));
    new NestLogger('Shop').warn('sold out');
    expect(written.ours()).toEqual([]);
    expect(written.console()).toContain('sold out');
    expect(written.console()).not.toContain(LAST);
  });

  it('R43: are not lost where the start fails, or the module is not imported after all', async () => {
    withLogging();
    @Module({
      providers: [
        {
          provide: 'broken',
          useFactory: () => {
            throw new Error('no such table');
          },
        },
      ],
    })
    class BrokenModule {}
    const starting = withFirstLines(() => start(BrokenModule));
    await expect(starting).rejects.toThrow('no such table');
    expect(written.console()).toContain(FIRST);
    expect(written.console()).toContain('no such table');
  });
});

describe('logger: false', () => {
  it('R43: writes no record of a request until useLogger() is called', async () => {
    const app = await start(withLogging(), { logger: false });
    await app.inject('/');
    expect(written.ours()).toEqual([]);
    app.useLogger(app.get(Logger));
    await app.inject('/');
    expect(written.ours()).toEqual(['request']);
    expect(written.console()).toBe('');
  });
});
