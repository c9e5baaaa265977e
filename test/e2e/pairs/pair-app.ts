import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import type { GroupOptions } from 'nestjs-buttress/cluster';
import { lastValueFrom } from 'rxjs';

import type { PairAnswer } from '../../fixtures/pairs/pairs.controller.ts';
import { freePort } from '../../support/free-port.ts';
import { SingleProcess } from '../../support/single-process.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { type Face, PairClient, type PairReply, type PairRequest } from './pair-client.ts';
import type { PairServers } from './pair-servers.ts';

/** Where the application runs and what it speaks. */
export interface Environment {
  face: Face;
  /** How its connections come: from a group over one of its transports, or to it alone. */
  by: 'fd' | 'ipc' | 'single';
  /** Whether callers are counted. */
  hasQuota?: boolean;
}

export interface PairAppOptions extends Environment {
  servers: PairServers;
  workers?: number;
  group?: Partial<GroupOptions>;
}

/** Routes of the application, each of another kind. */
export const ROUTES = [
  'plain',
  'limited',
  'critical',
  'unlimited',
  'endless',
  'measured',
  'upload',
  'stream',
  'events',
] as const;

export type Route = (typeof ROUTES)[number];

/** An application with every feature, for several tests; its owner closes it. */
export interface PairApp extends Environment {
  /** Undefined where it runs in one process. */
  readonly group: TestGroup | undefined;
  readonly output: () => string;
  /** Asks a route of it for features, one within the other. */
  ask(route: Route, names: readonly string[], request?: PairRequest): Promise<PairReply>;
  /** Asks for any other path. */
  get(path: string): Promise<PairReply>;
  askGateway(event: 'pair' | 'own', names: string): Promise<PairAnswer | undefined>;
  askMessage(names: string): Promise<PairAnswer>;
  askRaw(names: string, id: string): Promise<PairAnswer>;
  /** The data of a page. */
  read<T>(page: string): Promise<T>;
  close(): Promise<void>;
}

/** More than a socket takes at once. */
export const UPLOAD = 'x'.repeat(8 * 1024 * 1024);

export async function openPairApp(options: PairAppOptions): Promise<PairApp> {
  const { face, by, hasQuota = false, servers } = options;
  const [tcpPort, rawPort, metaPort] = await freePorts();
  const directory = face === 'path' ? mkdtempSync(join(tmpdir(), 'pairs-')) : undefined;
  const path = directory === undefined ? undefined : join(directory, 'app.sock');
  const env = {
    PAIRS_FACE: face,
    PAIRS_SERVICES: servers.addresses,
    TCP_PORT: `${tcpPort}`,
    RAW_PORT: `${rawPort}`,
    ...(path === undefined ? {} : { SOCKET_PATH: path }),
    ...(hasQuota ? { PAIRS_QUOTA: 'yes' } : {}),
  };
  const host =
    by === 'single'
      ? await openSingle({ ...env, META_PORT: `${metaPort}` }, metaPort)
      : await openInGroup(options, by, env);
  const client = new PairClient(face, path === undefined ? { port: host.port } : { path });
  const { group, output, read } = host;
  return {
    face,
    by,
    hasQuota,
    group,
    output,
    read,
    async close() {
      await host.close();
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    },
    ask: (route, names, request) =>
      client.ask(`/pair/${route}/${names.join(',')}`, {
        ...(route === 'upload' ? { body: UPLOAD } : {}),
        ...request,
      }),
    get: (url) => client.ask(url),
    askGateway: async (event, names) => {
      const answer = await client.askGateway({ event, data: { names } });
      return answer?.data as PairAnswer | undefined;
    },
    askMessage: (names) => askMessage(tcpPort, names),
    askRaw: (names, id) => askRaw(rawPort, names, id),
  };
}

type Host = Pick<PairApp, 'group' | 'output' | 'read' | 'close'> & { port: number };

async function openInGroup(
  { workers = 2, group: own = {} }: PairAppOptions,
  transport: 'fd' | 'ipc',
  env: Record<string, string>,
): Promise<Host> {
  const acceptQueue = { ...PATIENT, transport };
  const group = await openGroup({
    app: 'pairs/pairs.app',
    options: { workers, ...own, acceptQueue: { ...acceptQueue, ...own.acceptQueue } },
    env,
  });
  try {
    await group.untilAllReady();
  } catch (error) {
    console.error(group.output);
    group.killAll();
    throw error;
  }
  return {
    group,
    port: group.port,
    output: () => group.output,
    read: (page) => group.read(page),
    close: () => endGroup(group),
  };
}

async function openSingle(env: Record<string, string>, metaPort: number): Promise<Host> {
  const single = new SingleProcess({ app: 'pairs/pairs.app', env }, await freePort());
  const close = async (): Promise<void> => {
    single.signal('SIGKILL');
    await single.untilExited();
  };
  try {
    await until('the application', () => single.output.includes('serving\n'));
  } catch (error) {
    console.error(single.output);
    await close();
    throw error;
  }
  return {
    group: undefined,
    port: single.port,
    output: () => single.output,
    read: async <T>(page: string): Promise<T> => {
      const answer = await fetch(`http://127.0.0.1:${metaPort}${page}`);
      return ((await answer.json()) as { data: T }).data;
    },
    close,
  };
}

async function freePorts(): Promise<[number, number, number]> {
  return [await freePort(), await freePort(), await freePort()];
}

async function askMessage(port: number, names: string): Promise<PairAnswer> {
  const options = { host: '127.0.0.1', port };
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  try {
    return await lastValueFrom(client.send<PairAnswer>('pair', { names }));
  } finally {
    await client.close();
  }
}

async function askRaw(port: number, names: string, id: string): Promise<PairAnswer> {
  const headers = { 'x-request-id': id, connection: 'close' };
  const request = httpRequest({ host: '127.0.0.1', port, path: `/${names}`, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}: ${body}`);
  return JSON.parse(body) as PairAnswer;
}
