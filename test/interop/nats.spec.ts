import { randomUUID } from 'node:crypto';

import { natsConnect } from 'nestjs-buttress/clients/nats';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const NATS = { name: 'NATS', port: 4_222 };

const TIMEOUT_MS = 1_500;

describe.skipIf(await isMissing(NATS))('nats', () => {
  itKeepsTheContract({
    port: NATS.port,
    // Its largest message is a mebibyte, with its subject.
    pieceBytes: 512 * 1024,
    open: async (dialer, service) => {
      const bus = await natsConnect(dialer, service, {
        reconnectTimeWait: 100,
        maxReconnectAttempts: -1,
        timeout: 3_000,
      });
      const subject = `buttress.${randomUUID()}`;
      bus.subscribe(subject, { callback: (_error, message) => void message.respond(message.data) });
      return {
        async ask(n) {
          const { data } = await bus.request(subject, String(n), { timeout: TIMEOUT_MS });
          return Number(Buffer.from(data).toString());
        },
        async carry(bytes) {
          const { data } = await bus.request(subject, bytes, { timeout: 20_000 });
          return Buffer.from(data);
        },
        close: () => bus.close(),
      };
    },
  });
});
