import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { registerGrpcResolver } from 'nestjs-buttress/clients/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';

import { until } from '../support/until.ts';
import { connectionsTo } from './support/connections.ts';

const ECHO: MethodDefinition<Buffer, Buffer> = {
  path: '/echo.Echo/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => value,
  requestDeserialize: (value) => value,
  responseSerialize: (value) => value,
  responseDeserialize: (value) => value,
};

interface EchoServer {
  address: string;
  stop(): void;
}

async function echoServer(name: string, port = 0): Promise<EchoServer> {
  const server = new Server();
  server.addService(
    { echo: ECHO },
    {
      echo: (call: { request: Buffer }, answer: (error: Error | null, value: Buffer) => void) =>
        answer(null, Buffer.from(`${name}: ${call.request.toString()}`)),
    },
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { address: `127.0.0.1:${bound}`, stop: () => server.forceShutdown() };
}

function clientOf(target: string): (text: string) => Promise<string> {
  const client = new Client(target, credentials.createInsecure());
  onTestFinished(() => client.close());
  return (text) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        ECHO.path,
        ECHO.requestSerialize,
        ECHO.responseDeserialize,
        Buffer.from(text),
        { deadline: Date.now() + 2_000 },
        (error: ServiceError | null, value?: Buffer) =>
          error === null ? resolve(String(value)) : reject(error),
      );
    });
}

describe('grpc-js', () => {
  it('calls a service by name, and the second tier when the first one is down', async () => {
    const [first, second] = [await echoServer('one'), await echoServer('two')];
    const connections = connectionsTo({
      echo: { tiers: [[first.address], [second.address]], health: { failures: 1 } },
    });
    registerGrpcResolver(connections);
    const call = clientOf('service:echo');
    expect(await call('hello')).toBe('one: hello');
    first.stop();
    // It is not told to the manager that the client can not connect; others of its clients see it.
    await connections.connect('echo').then((socket) => socket.destroy());
    expect(await until('an answer', () => call('again'))).toBe('two: again');
  });

  it('tells why there is no address', async () => {
    const connections = connectionsTo({ none: { tiers: [['host.invalid:80']] } });
    registerGrpcResolver(connections, 'other');
    await expect(clientOf('other:none')('hello')).rejects.toMatchObject({
      details: expect.stringContaining('none'),
    });
  });
});
