import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ClusteredFastifyAdapter } from 'nestjs-buttress';
import { expect, it } from 'vitest';

import { AppModule, Sums } from './app.module.js';

it('boots from its sources, without options for tests', async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new ClusteredFastifyAdapter());
  await app.init();
  Sums.last = [1, 2, 3];
  expect(await app.get(Sums).add(Sums.last)).toEqual({ sum: 6, isCopy: true });
  await app.close();
});
