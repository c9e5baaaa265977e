import { createServer, type Server, type Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import {
  MessageServer,
  type TransportServer,
} from '../../../../lib/cluster/worker/message-server.ts';
import { started } from '../../../support/loopback.ts';
import { RawConnection } from '../../../support/raw-connection.ts';
import { until } from '../../../support/until.ts';

type StartHook = NonNullable<TransportServer['onProcessingStartHook']>;
type EndHook = NonNullable<TransportServer['onProcessingEndHook']>;

/** What Nest's servers of transports do with their hooks. */
class Transport implements TransportServer {
  onProcessingStartHook: StartHook = (_transport, _context, done) => done();
  onProcessingEndHook: EndHook | undefined;
  readonly begun: object[] = [];
  readonly #listener: Server | undefined;

  constructor(listener?: Server) {
    this.#listener = listener;
  }

  setOnProcessingStartHook(hook: StartHook): void {
    this.onProcessingStartHook = hook;
  }

  setOnProcessingEndHook(hook: EndHook): void {
    this.onProcessingEndHook = hook;
  }

  unwrap(): unknown {
    if (this.#listener === undefined) throw new Error('it has none');
    return this.#listener;
  }

  begin(context: object): void {
    this.onProcessingStartHook('lab', context, () => this.begun.push(context));
  }

  end(context: object): void {
    this.onProcessingEndHook?.('lab', context);
  }
}

function contextOf(socket: Socket | undefined): object {
  return { getSocketRef: () => ({ netSocket: socket }) };
}

describe('MessageServer', () => {
  it('R40 waits for messages of a broker that were in work, and for no others', async () => {
    const transport = new Transport();
    const drained = watch(new MessageServer(transport));
    const [first, second] = [{ id: 1 }, { id: 2 }];
    transport.begin(first);
    drained.start();
    transport.begin(second);
    expect(transport.begun).toEqual([first, second]);
    expect(drained.isOver).toBe(false);
    transport.end(first);
    await until('the end of the drain', () => drained.isOver);
  });

  it('R40 takes the end of any message for one in work where a transport reports another context', async () => {
    const transport = new Transport();
    const drained = watch(new MessageServer(transport));
    transport.begin({ call: 1 });
    drained.start();
    transport.end({ request: 1 });
    await until('the end of the drain', () => drained.isOver);
    expect(transport.begun).toHaveLength(1);
  });

  it('R40 knows a gRPC call by its request, and a stream of requests by its promise', async () => {
    const transport = new Transport();
    const drained = watch(new MessageServer(transport));
    const long = { operationId: 'pay', request: { id: 1 } };
    const short = { operationId: 'ask', request: { id: 2 } };
    const stream = { operationId: 'upload', request: undefined };
    transport.begin(long);
    const streamed = Promise.withResolvers<void>();
    transport.onProcessingStartHook('grpc', stream, () => streamed.promise);
    drained.start();
    transport.begin(short);
    transport.end(short.request);
    transport.onProcessingEndHook?.('grpc', undefined);
    await settled();
    expect(drained.isOver).toBe(false);
    transport.end(long.request);
    await settled();
    expect(drained.isOver).toBe(false);
    streamed.resolve();
    await until('the end of the drain', () => drained.isOver);
  });

  it('R40 takes no more messages of a broker, and answers what has come until then', async () => {
    const transport = Object.assign(new Transport(), {
      subscriptions: [{ unsubscribe: () => undefined, drain: () => late.begin() }],
    });
    const message = { id: 'received before' };
    const late = { begin: () => transport.begin(message) };
    const drained = watch(new MessageServer(transport));
    drained.start();
    await settled();
    expect([transport.begun, drained.isOver]).toEqual([[message], false]);
    transport.end(message);
    await until('the end of the drain', () => drained.isOver);
  });

  it('R40 takes messages of a broker until HTTP is drained: its handlers may ask for them', async () => {
    const stopped: string[] = [];
    const transport = Object.assign(new Transport(), {
      subscriptions: [{ unsubscribe: () => void stopped.push('all') }],
    });
    const requests = Promise.withResolvers<void>();
    let isOver = false;
    void new MessageServer(transport).drain(requests.promise).then(() => (isOver = true));
    await settled();
    transport.begin({ id: 'asked by a handler' });
    expect(stopped).toEqual([]);
    requests.resolve();
    await until('the end of the intake', () => stopped.length === 1);
    expect(isOver).toBe(false);
    transport.end(transport.begun[0] ?? {});
    await until('the end of the drain', () => isOver);
  });

  it('R40 keeps the hooks that others have set', () => {
    const transport = new Transport();
    const called: string[] = [];
    transport.setOnProcessingStartHook((_transport, _context, done) => {
      called.push('start');
      return done();
    });
    transport.setOnProcessingEndHook(() => void called.push('end'));
    watch(new MessageServer(transport));
    transport.begin({});
    transport.end({});
    expect(called).toEqual(['start', 'end']);
  });

  it('R40 ends connections when nothing on them is in work, and begins nothing more', async () => {
    const { sockets, listener, port, transport, drained } = await startTcp();
    const [busy, idle] = [new RawConnection(port), new RawConnection(port)];
    await until('both', () => sockets.length === 2);
    const context = contextOf(sockets[0]);
    transport.begin(context);
    drained.start();
    await until('the idle one closed', () => busy.isClosed !== idle.isClosed);
    transport.begin(contextOf(sockets[0]));
    expect(transport.begun).toEqual([context]);
    expect(drained.isOver).toBe(false);
    sockets[0]?.write('the answer');
    transport.end(context);
    await until('the end of the drain', () => drained.isOver);
    expect(busy.text + idle.text).toBe('the answer');
    expect(listener.listening).toBe(false);
  });
});

describe('MessageServer, of a connection opened just before the drain', () => {
  it('R40 answers the first message, and begins no second', async () => {
    const { sockets, port, transport, drained } = await startTcp();
    const client = new RawConnection(port);
    await until('it', () => sockets.length === 1);
    drained.start();
    const [first, second] = [contextOf(sockets[0]), contextOf(sockets[0])];
    transport.begin(first);
    transport.begin(second);
    expect(transport.begun).toEqual([first]);
    expect(drained.isOver).toBe(false);
    sockets[0]?.write('the answer');
    transport.end(first);
    await until('the end of the drain', () => drained.isOver);
    expect(client.text).toBe('the answer');
  });
});

async function startTcp() {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => void sockets.push(socket));
  const { port } = await started(listener, sockets);
  const transport = new Transport(listener);
  return { sockets, listener, port, transport, drained: watch(new MessageServer(transport)) };
}

/** All that a drain does at once. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after another
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Drained {
  readonly isOver: boolean;
  start: () => void;
}

function watch(server: MessageServer): Drained {
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    start: () => void server.drain().then(() => (isOver = true)),
  };
}
