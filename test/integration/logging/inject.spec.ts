import { Controller, Get, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import inject from 'light-my-request';
import { ButtressModule, ClusteredFastifyAdapter, Context } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../../lib/logging/line-destination.ts';
import { until } from '../../support/until.ts';

let signals: AbortSignal[] = [];
let hasBegun = false;

@Controller()
class ThingsController {
  @Get('things')
  things(): object {
    const { signal } = Context.current() ?? {};
    if (signal !== undefined) signals.push(signal);
    return { things: 'many '.repeat(50_000) };
  }

  @Get('never')
  never(): Promise<never> {
    hasBegun = true;
    return new Promise(() => undefined);
  }
}

@Module({
  imports: [ButtressModule.forRoot({ logging: { pretty: false }, meta: false })],
  controllers: [ThingsController],
})
class ThingsModule {}

type Inject = (path: string, signal?: AbortSignal) => Promise<{ statusCode: number }>;

/** As a test of an application asks it: no server listens. */
const PLATFORMS: [string, (logger?: false) => Promise<Inject>][] = [
  [
    'Fastify',
    async (logger) => {
      const module = await Test.createTestingModule({ imports: [ThingsModule] }).compile();
      const app = module.createNestApplication<NestFastifyApplication>(
        new ClusteredFastifyAdapter(),
        logger === false ? { logger } : {},
      );
      await app.init();
      onTestFinished(() => app.close());
      await app.getHttpAdapter().getInstance().ready();
      return (url, signal) => app.inject({ url, ...(signal === undefined ? {} : { signal }) });
    },
  ],
  [
    'Express',
    async (logger) => {
      const module = await Test.createTestingModule({ imports: [ThingsModule] }).compile();
      const app = module.createNestApplication<NestExpressApplication>(
        logger === false ? { logger } : {},
      );
      await app.init();
      onTestFinished(() => app.close());
      const handler = app.getHttpAdapter().getInstance() as Parameters<typeof inject>[0];
      return (url, signal) => inject(handler, { url, ...(signal === undefined ? {} : { signal }) });
    },
  ],
];

function captureAccess(): Record<string, unknown>[] {
  const records: Record<string, unknown>[] = [];
  redirectLines({
    write: (line) => {
      const record = JSON.parse(line) as Record<string, unknown>;
      if (record['context'] === 'access') records.push(record);
    },
  });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
  });
  return records;
}

/** Long enough for what follows an answer in the turns after it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after another
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(PLATFORMS)('a request that is injected, on %s', (_, startInject) => {
  it('R43: leaves one record, and its client stays to the end', async () => {
    const records = captureAccess();
    signals = [];
    const ask = await startInject();
    expect((await ask('/things')).statusCode).toBe(200);
    expect((await ask('/things')).statusCode).toBe(200);
    await until('two records', () => records.length >= 2);
    await settle();
    expect(records).toHaveLength(2);
    for (const record of records) {
      expect(record).toMatchObject({ route: '/things', status: 200 });
      expect(record).not.toHaveProperty('isAborted');
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it('R43: leaves one record of an abortion where it is aborted', async () => {
    const records = captureAccess();
    const ask = await startInject();
    const leaving = new AbortController();
    hasBegun = false;
    const answer = ask('/never', leaving.signal).catch(() => undefined);
    await until('the handler', () => hasBegun);
    leaving.abort();
    await answer;
    await until('the record', () => records.length > 0);
    await settle();
    expect(records).toEqual([expect.objectContaining({ status: 499, isAborted: true })]);
  });

  it('R43: leaves no record with logger: false', async () => {
    const records = captureAccess();
    const ask = await startInject(false);
    expect((await ask('/things')).statusCode).toBe(200);
    await settle();
    expect(records).toEqual([]);
  });
});
