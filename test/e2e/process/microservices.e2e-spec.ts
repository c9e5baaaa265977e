import { connect } from 'node:net';

import { type ClientProxy, ClientProxyFactory, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { startSingle } from '../../support/single-process.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What a process writes when it has a message. */
const BEGUN = 'begun by';

/** Less than a drain may take. */
const END_WITHIN_MS = 12_000;

const CUT = 'Connection closed';

/** A client of messages over TCP. */
function clientOf(port: number): ClientProxy {
  const options = { host: '127.0.0.1', port };
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  onTestFinished(() => void client.close());
  return client;
}

/** The process that answered a message, or why none did. */
function ask(client: ClientProxy, ms: number): Promise<number | string> {
  return lastValueFrom(client.send<number>('sleep', ms)).catch((error: unknown) => {
    return error instanceof Error ? error.message : String(error);
  });
}

/** One message each on connections of their own; all are in their handlers when this resolves. */
async function sendSlow(
  port: number,
  ms: number,
  outputOf: { readonly output: string },
): Promise<{ clients: ClientProxy[]; answers: Promise<number | string>[] }> {
  const clients = Array.from({ length: 4 }, () => clientOf(port));
  const answers = clients.map((client) => ask(client, ms));
  await untilBegun(answers.length, outputOf);
  return { clients, answers };
}

function untilBegun(count: number, outputOf: { readonly output: string }): Promise<true> {
  return until('handlers', () => outputOf.output.split(BEGUN).length > count);
}

/** Whether a connection that has nothing to say was closed by the service. */
function idleConnection(port: number): { readonly isClosed: boolean } {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return {
    get isClosed() {
      return socket.closed;
    },
  };
}

function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function startHybrid(
  workers: number,
  drain: object = {},
): Promise<{ group: TestGroup; port: number }> {
  const port = await freePort();
  const options = { workers, drain, reload: { canaryMs: 100 } };
  const group = await startGroup({ app: 'hybrid.app', options, env: { TCP_PORT: String(port) } });
  return { group, port };
}

describe('A microservice of TCP', () => {
  it('R40 in a group answers what is in work when it ends, and begins nothing new.', async () => {
    const { group, port } = await startHybrid(2);
    const idle = idleConnection(port);
    // Their answers must still be due when the drain has closed the port.
    const { clients, answers } = await sendSlow(port, 6_000, group);
    const [busy] = clients;
    if (busy === undefined) throw new Error('no client');
    group.signal('SIGTERM');
    await until('the idle connection closed', () => idle.isClosed);
    await until('no new connections', () => isRefused(port));
    const late = ask(busy, 0);
    const pids = await Promise.all(answers);
    expect(pids.filter((pid) => typeof pid !== 'number')).toEqual([]);
    expect(await late).toBe(CUT);
    expect(await group.untilExited({ withinMs: END_WITHIN_MS })).toEqual({ code: 0, signal: null });
    expect(group.output.split(BEGUN)).toHaveLength(answers.length + 1);
  });

  it('R40 loses no message in work to a reload.', async () => {
    const { group, port } = await startHybrid(1);
    const before = await group.pids();
    const { answers } = await sendSlow(port, 3_000, group);
    group.signal('SIGHUP');
    const hasReloaded = (): boolean => group.log.some(({ msg }) => msg === 'reloaded');
    await until('the reload', hasReloaded, { withinMs: 60_000 });
    for (const pid of await Promise.all(answers)) expect(before).toContain(pid);
    expect(before).not.toContain(await ask(clientOf(port), 0));
  });

  it('R40 is not waited for longer than `drain.requestTimeoutMs`.', async () => {
    const { group, port } = await startHybrid(1, {
      requestTimeoutMs: 500,
      streamGraceMs: 0,
      idleGraceMs: 0,
    });
    const { answers } = await sendSlow(port, 60_000, group);
    group.signal('SIGTERM');
    expect(await group.untilExited({ withinMs: END_WITHIN_MS })).toEqual({ code: 0, signal: null });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([CUT]));
  });

  it.each([
    ['beside HTTP', 'yes'],
    ['alone', 'no'],
  ])('R40 in a single process answers what is in work, %s.', async (_how, http) => {
    const port = await freePort();
    const single = await startSingle({
      app: 'hybrid.app',
      env: { TCP_PORT: String(port), HTTP: http },
    });
    const idle = idleConnection(port);
    const { answers } = await sendSlow(port, 2_000, single);
    clientOf(port)
      .emit('note', 2_500)
      .subscribe({ error: () => undefined });
    await untilBegun(answers.length + 1, single);
    single.signal('SIGTERM');
    await until('the idle connection closed', () => idle.isClosed);
    expect(await Promise.all(answers)).toEqual(answers.map(() => single.pid));
    expect(await single.untilExited(END_WITHIN_MS)).toEqual({ code: 0, signal: null });
    expect(single.output).toContain(`noted by ${single.pid}`);
  });
});
