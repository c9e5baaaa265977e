import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { type ClientProxy, ClientProxyFactory, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { FacesAnswer } from '../../fixtures/faces/faces.controller.ts';
import { get, jsonOf } from '../../support/raw-connection.ts';
import {
  endGroup,
  openGroup,
  PATIENT,
  startGroup,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

async function faces(group: TestGroup): Promise<FacesAnswer> {
  return jsonOf(await group.get('/faces')) as FacesAnswer;
}

/** Answers of all workers: asks until each has answered. */
async function facesOfAll(group: TestGroup, workers: number): Promise<FacesAnswer[]> {
  const answers = new Map<number, FacesAnswer>();
  await until('an answer of every worker', async () => {
    const answer = await faces(group);
    answers.set(answer.pid, answer);
    return answers.size === workers;
  });
  return [...answers.values()];
}

describe('a server that listens in a group', () => {
  /** One group for all of these: none of them changes what another one looks at. */
  let group: TestGroup;

  beforeAll(async () => {
    group = await openGroup({ app: 'faces.app' });
    await group.untilAllReady();
    return () => endGroup(group);
  });

  it('has the same port in every worker, if it is the n-th one on port 0', async () => {
    const [one, other] = await facesOfAll(group, 2);
    expect(one?.ports).toHaveLength(4);
    expect(other?.ports).toEqual(one?.ports);
    expect(new Set(one?.ports).size).toBe(4);
    const [first = 0, second = 0] = one?.ports ?? [];
    expect((await get(first, '/')).body).toContain('first');
    expect((await get(second, '/')).body).toContain('second');
  });

  it('reports address, state and connections as a server that listens itself', async () => {
    // A client that has just left may still be counted.
    const answer = await until('no other client', async () => {
      const seen = await faces(group);
      return seen.connections === 1 && seen;
    });
    expect(answer).toMatchObject({
      address: { address: '127.0.0.1', family: 'IPv4', port: group.port },
      isListening: true,
    });
  });

  it('comes from the serverFactory of the application', async () => {
    expect((await faces(group)).maxHeadersCount).toBe(77);
  });

  it('shows the application the address of the client', async () => {
    const socket = connect(group.port, '127.0.0.1');
    await once(socket, 'connect');
    const { localPort } = socket;
    socket.write('GET /faces HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
    const answer = await text(socket);
    const { remotePort } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as FacesAnswer;
    expect(remotePort).toBe(localPort);
  });

  it('opens localhost on every family that it resolves to', async () => {
    const [, , port = 0] = (await faces(group)).ports;
    const { lookup } = await import('node:dns/promises');
    const hosts = (await lookup('localhost', { all: true })).map(({ address }) => address);
    const bodies = await Promise.all(hosts.map((host) => bodyOf({ host, port })));
    expect(bodies).toEqual(hosts.map(() => 'both families'));
  });

  it('gets connections of a protocol of the application’s own', async () => {
    const [, , , port = 0] = (await faces(group)).ports;
    const socket = connect(port, '127.0.0.1');
    socket.end('as it is');
    expect(await text(socket)).toBe('as it is');
  });

  it('is left alone when it is not handed over: a microservice in every worker', async () => {
    const { microservicePort: port } = await faces(group);
    const pids = new Set<number>();
    await until('an answer of every worker', async () => {
      const client = ClientProxyFactory.create({
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port },
      });
      pids.add(await ask(client));
      client.close();
      return pids.size === 2;
    });
    const workers = await group.workers();
    expect(pids).toEqual(new Set(workers.map(({ pid }) => pid)));
    for (const { unmanaged } of workers) expect(unmanaged).toEqual([`127.0.0.1:${port}`]);
  });
});

describe('a worker of a group', () => {
  it('listens on a unix path, and frees it in a worker that closes its server', async () => {
    const group = await startGroup({ app: 'faces.app', options: { workers: 1 } });
    const path = join(mkdtempSync(join(tmpdir(), 'listening-')), 'socket');
    const first = jsonOf(await group.get(`/open?path=${path}`));
    expect(first).toEqual({ address: path });
    expect(await bodyOf({ socketPath: path })).toBe('opened');
    expect(jsonOf(await group.get(`/open?path=${path}`))).toEqual({ address: path });
    expect(await bodyOf({ socketPath: path })).toBe('opened');
  });

  it('refuses a port in use to the server that asked, and the worker goes on', async () => {
    const options = { workers: 1, acceptQueue: PATIENT };
    const group = await startGroup({ app: 'lab.app', options });
    const answer = await group.get(`/lab/listen?port=${await busyPort()}`);
    expect(jsonOf(answer)).toEqual({ outcome: 'EADDRINUSE' });
    expect((await group.get('/lab/who')).status).toBe(200);
  });
});

async function ask(client: ClientProxy): Promise<number> {
  return firstValueFrom(client.send<number>('who', {}));
}

async function bodyOf(where: {
  host?: string;
  port?: number;
  socketPath?: string;
}): Promise<string> {
  const request = httpGet({ ...where, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  return text(response);
}

/** A port that another process of the machine holds: this one. */
async function busyPort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
