import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  type ClientOptions,
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';

import { stopIntake } from '../../lib/cluster/worker/message-intake.ts';
import { Microservices } from '../../lib/cluster/worker/microservices.ts';
import { until } from '../support/until.ts';
import { isMissing } from './support/servers.ts';

const WORK = 'buttress.drain.work';
const NOTE = 'buttress.drain.note';

/** Options of servers and clients; each server of a test shares `queue` where a broker has queues. */
type OptionsOf = (queue: string) => MicroserviceOptions;

const BROKERS: readonly [name: string, port: number, optionsOf: OptionsOf][] = [
  [
    'RabbitMQ',
    5_672,
    (queue) => ({
      transport: Transport.RMQ,
      options: {
        urls: ['amqp://guest:guest@127.0.0.1'],
        queue,
        queueOptions: { durable: false, expires: 60_000 },
      },
    }),
  ],
  ['NATS', 4_222, (queue) => ({ transport: Transport.NATS, options: { queue } })],
  ['Redis', 6_379, () => ({ transport: Transport.REDIS, options: {} })],
  ['MQTT', 1_883, () => ({ transport: Transport.MQTT, options: { url: 'mqtt://127.0.0.1' } })],
];

/** What Nest's microservices have, and their interface has not. */
interface HasTransport {
  getTransportServer(): object;
}

interface Started {
  /** Messages whose handlers have begun, in order. */
  readonly begun: number[];
  /** Lets the handlers of requests answer. */
  readonly answer: () => void;
  readonly drain: () => Promise<void>;
  readonly stopIntake: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

async function start(options: MicroserviceOptions): Promise<Started> {
  const begun: number[] = [];
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();

  @Controller()
  class WorkController {
    @MessagePattern(WORK)
    async work(@Payload() id: number, @Ctx() _context: unknown): Promise<number> {
      begun.push(id);
      await answered;
      return id;
    }

    @EventPattern(NOTE)
    note(@Payload() id: number): void {
      begun.push(id);
    }
  }

  @Module({ controllers: [WorkController] })
  class WorkModule {}

  const app = await NestFactory.createMicroservice(WorkModule, { ...options, logger: false });
  const services = new Microservices(app);
  await app.listen();
  const transport = (app as unknown as HasTransport).getTransportServer();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  onTestFinished(close);
  return {
    begun,
    answer,
    drain: () => services.drain(60_000),
    stopIntake: async () => stopIntake(transport),
    close,
  };
}

async function clientOf(options: MicroserviceOptions): Promise<ClientProxy> {
  const client: ClientProxy = ClientProxyFactory.create(options as ClientOptions);
  onTestFinished(() => void client.close());
  await client.connect();
  return client;
}

describe.each(BROKERS)('A microservice of %s that is drained', async (name, port, optionsOf) => {
  it.skipIf(await isMissing({ name, port }))(
    'R40 takes no more messages, and answers those in work until its end.',
    async () => {
      const options = optionsOf(`buttress-drain-${process.pid}`);
      const leaving = await start(options);
      const client = await clientOf(options);
      const reply = lastValueFrom(client.send<number>(WORK, 1));
      await until('the request', () => leaving.begun.length === 1);

      const staying = await start(options);
      const drained = leaving.drain();
      // Behind those of the drain, on the same connection.
      await leaving.stopIntake();
      await Promise.all([2, 3, 4, 5].map((id) => lastValueFrom(client.emit(NOTE, id))));
      await until('the notes', () => staying.begun.length === 4);
      expect(leaving.begun).toEqual([1]);

      leaving.answer();
      await drained;
      await leaving.close();
      expect(await reply).toBe(1);
    },
  );
});
