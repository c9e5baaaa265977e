import { type ChannelModel, connect, type Channel } from 'amqplib';
import { amqpSocketOptions } from 'nestjs-buttress/clients/amqplib';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const RABBITMQ = { name: 'RabbitMQ', port: 5_672 };

interface Open {
  model: ChannelModel;
  channel: Channel;
  queue: string;
  waiting: Map<string, (payload: Buffer) => void>;
}

describe.skipIf(await isMissing(RABBITMQ))('amqplib', () => {
  itKeepsTheContract({
    takesTlsOfService: true,
    port: RABBITMQ.port,
    open: async (dialer, service) => {
      const socketOptions = await amqpSocketOptions(dialer, service);
      let opening: Promise<Open> | undefined;
      const lost = (): void => void (opening = undefined);
      // The client does not connect again by itself; applications do that.
      const reconnect = async (): Promise<Open> => {
        const model = await connect('amqp://guest:guest@queue', {
          ...socketOptions,
          timeout: 2_000,
        });
        model.on('error', lost).on('close', lost);
        const channel = await model.createChannel();
        channel.on('error', lost);
        const { queue } = await channel.assertQueue('', { exclusive: true });
        const waiting: Open['waiting'] = new Map();
        await channel.consume(
          queue,
          (message) => {
            if (message !== null) {
              waiting.get(message.properties.correlationId as string)?.(message.content);
            }
          },
          { noAck: true },
        );
        return { model, channel, queue, waiting };
      };
      let last = 0;
      const echo = async (payload: Buffer): Promise<Buffer> => {
        opening ??= reconnect().catch((error: unknown) => {
          opening = undefined;
          throw error;
        });
        const { channel, queue, waiting } = await opening;
        const correlationId = String(++last);
        const { promise, resolve } = Promise.withResolvers<Buffer>();
        waiting.set(correlationId, resolve);
        channel.sendToQueue(queue, payload, { correlationId });
        return promise.finally(() => waiting.delete(correlationId));
      };
      return {
        ask: async (n) => Number((await echo(Buffer.from(String(n)))).toString()),
        carry: echo,
        async close() {
          const open = await opening?.catch(() => undefined);
          await open?.model.close().catch(() => undefined);
          await socketOptions.close();
        },
      };
    },
  });
});
