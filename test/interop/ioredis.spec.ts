import { randomUUID } from 'node:crypto';

import { Redis } from 'ioredis';
import { redisConnector } from 'nestjs-buttress/clients/ioredis';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const REDIS = { name: 'Redis', port: 6_379 };

describe.skipIf(await isMissing(REDIS))('ioredis', () => {
  itKeepsTheContract({
    takesTlsOfService: true,
    port: REDIS.port,
    open: async (dialer, service) => {
      const key = `buttress:${randomUUID()}`;
      const redis = new Redis({
        Connector: redisConnector(dialer, service),
        commandTimeout: 20_000,
        retryStrategy: (times) => Math.min(times * 50, 500),
      });
      redis.on('error', () => undefined);
      return {
        ask: async (n) => Number(await redis.echo(String(n))),
        async carry(bytes) {
          await redis.set(key, bytes);
          return (await redis.getBuffer(key)) ?? Buffer.alloc(0);
        },
        async close() {
          await redis.del(key).catch(() => undefined);
          await redis.quit().catch(() => redis.disconnect());
        },
      };
    },
  });
});
