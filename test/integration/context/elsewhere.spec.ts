import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import {
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { context as otelContext, trace as otelTrace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Context, UseContext } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import { startApp } from '../../support/nest-app.ts';

@Injectable()
class Whoever {
  constructor(@Inject(Context) private readonly context: Context) {}

  ask(): { id: string; isLimited: boolean } {
    return { id: this.context.id, isLimited: this.context.remainingMs < Infinity };
  }
}

const upgrades: (string | undefined)[] = [];

@WebSocketGateway({ path: '/ws' })
class Gateway {
  constructor(@Inject(Whoever) private readonly whoever: Whoever) {}

  handleConnection(): void {
    upgrades.push(Context.current()?.id);
  }

  @UseContext({ id: 'message', deadlineMs: 5_000 })
  @SubscribeMessage('who')
  who(): { event: string; data: object } {
    return { event: 'who', data: this.whoever.ask() };
  }
}

@Controller()
class Handlers {
  constructor(@Inject(Whoever) private readonly whoever: Whoever) {}

  @UseContext({ id: 'rpc' })
  @MessagePattern('above')
  above(): object {
    return this.whoever.ask();
  }

  @MessagePattern('below')
  @UseContext({ id: 'rpc' })
  below(): object {
    return this.whoever.ask();
  }

  @Get('who')
  who(): object {
    return this.whoever.ask();
  }

  @Get('span')
  span(): object {
    return Context.current()?.trace ?? {};
  }
}

const metadata = {
  imports: [ContextModule.forRoot()],
  controllers: [Handlers],
  providers: [Whoever],
};

describe('contexts beyond HTTP requests', () => {
  it('are entered for an upgrade, and by @UseContext in a gateway', async () => {
    const withGateway = { ...metadata, providers: [Whoever, Gateway] };
    const app = await startApp(withGateway, {
      prepare: ({ app: own }) => void own.useWebSocketAdapter(new WsAdapter(own)),
    });
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}/ws`, {
      headers: { 'x-request-id': 'upgrade-1' },
    });
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    expect(upgrades).toEqual(['upgrade-1']);
    socket.send(JSON.stringify({ event: 'who' }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toEqual({
      event: 'who',
      data: { id: 'message', isLimited: true },
    });
  });

  it('are entered by @UseContext in handlers of a microservice, above the pattern and below', async () => {
    const module = await Test.createTestingModule(metadata).compile();
    const service = module.createNestMicroservice<MicroserviceOptions>({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: 0 },
    });
    await service.listen();
    onTestFinished(() => service.close());
    const { port } = service.unwrap<Server>().address() as AddressInfo;
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    onTestFinished(() => client.close());
    for (const pattern of ['above', 'below']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await firstValueFrom(client.send<object>(pattern, {}));
      expect(answer).toEqual({ id: 'rpc', isLimited: false });
    }
  });

  it('are entered on a plain FastifyAdapter too', async () => {
    const module = await Test.createTestingModule(metadata).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
      logger: false,
    });
    onTestFinished(() => app.close());
    await app.init();
    const answer = await app.inject({ url: '/who', headers: { 'x-request-id': 'plain' } });
    expect(answer.json()).toEqual({ id: 'plain', isLimited: true });
  });

  it('show the active span of OpenTelemetry where it is in use', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    otelContext.setGlobalContextManager(manager);
    otelTrace.setGlobalTracerProvider(new BasicTracerProvider());
    onTestFinished(() => {
      otelContext.disable();
      otelTrace.disable();
    });
    const tracer = otelTrace.getTracer('test');
    const app = await startApp(metadata, {
      prepare: ({ fastify }) => {
        fastify.addHook('preHandler', (_request, reply, done) => {
          tracer.startActiveSpan('handler', (span) => {
            reply.header('x-span', span.spanContext().spanId);
            done();
          });
        });
      },
    });
    const answer = await app.fetch('/span', {
      headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    expect(await answer.json()).toMatchObject({ spanId: answer.headers.get('x-span') });
  });
});
