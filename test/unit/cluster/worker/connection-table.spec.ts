import { EventEmitter } from 'node:events';
import { createServer, type Socket } from 'node:net';

import { beforeEach, describe, expect, it } from 'vitest';

import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../../../../lib/cluster/protocol/load-words.ts';
import { ConnectionTable } from '../../../../lib/cluster/worker/connection-table.ts';

const server = createServer();

let now = 0;
let closed: string[] = [];
let rooms = 0;

function makeTable(maxConnections = 100, counts?: Int32Array): ConnectionTable {
  return new ConnectionTable({
    clock: { now: () => now },
    maxConnections,
    onRoom: () => rooms++,
    ...(counts === undefined ? {} : { counts }),
  });
}

interface Connection {
  socket: Socket;
  end: () => void;
}

/** A connection that a table knows, as a server would make it known. */
function open(table: ConnectionTable, name: string): Connection {
  const socket = Object.assign(new EventEmitter(), {
    destroy: () => {
      closed.push(name);
      end();
    },
  });
  const end = (): void => void socket.emit('close');
  const carrier = socket as unknown as Socket;
  table.opened(carrier, server);
  table.carries(carrier, server);
  return { socket: carrier, end };
}

function response(): {
  headersSent: boolean;
  headers: string[];
  setHeader(n: string, v: string): void;
  removeHeader(n: string): void;
  getHeader(n: string): unknown;
  end(): void;
  req: { headers: { accept?: string } };
} {
  const headers: string[] = [];
  return {
    headersSent: false,
    headers,
    setHeader: (name, value) => void headers.push(`${name}: ${value}`),
    removeHeader: (name) => {
      headers.splice(0, Infinity, ...headers.filter((one) => !one.startsWith(`${name}: `)));
    },
    getHeader: (name) => (name === 'content-type' ? 'text/event-stream' : undefined),
    end: () => void headers.push('ended'),
    req: { headers: {} },
  };
}

beforeEach(() => {
  now = 0;
  closed = [];
  rooms = 0;
});

describe('ConnectionTable', () => {
  it('R14 makes room by closing a connection whose server still reads a header of a proxy', () => {
    const table = makeTable(2);
    const half = Object.assign(new EventEmitter(), {
      destroy: () => void closed.push('half'),
    }) as unknown as Socket;
    table.opened(half, server);
    table.awaits(half, server);
    now = 2_000;
    open(table, 'other');
    expect(closed).toEqual(['half']);
  });

  it('counts a connection once that its server announces after the header', () => {
    const table = makeTable(2);
    const late = Object.assign(new EventEmitter(), { destroy: () => void closed.push('late') });
    const socket = late as unknown as Socket;
    table.opened(socket, server);
    table.awaits(socket, server);
    table.carries(socket, server);
    table.awaits(socket, server);
    const end = table.began(socket, undefined);
    now = 2_000;
    table.closeIdle(0);
    expect([closed, table.load]).toEqual([[], { inFlight: 1, connections: 1 }]);
    end();
    table.closeIdle(0);
    expect(closed).toEqual(['late']);
  });

  it('R43: asks clients for another connection while an operator has the worker out', () => {
    const table = makeTable();
    const [kept, busy] = [open(table, 'kept'), open(table, 'busy')];
    const [pending, later, last] = [response(), response(), response()];
    const end = table.began(busy.socket, pending);
    table.setOut(true);
    table.began(kept.socket, later)();
    expect([pending.headers, later.headers]).toEqual([
      ['Connection: close'],
      ['Connection: close'],
    ]);
    end();
    table.setOut(false);
    table.began(kept.socket, last)();
    expect([last.headers, closed]).toEqual([[], []]);
  });

  it('counts connections and the requests on them', () => {
    const table = makeTable();
    const { socket, end } = open(table, 'a');
    const done = table.began(socket, undefined);
    expect(table.load).toEqual({ inFlight: 1, connections: 1 });
    done();
    done();
    expect(table.load).toEqual({ inFlight: 0, connections: 1 });
    end();
    expect(table.load).toEqual({ inFlight: 0, connections: 0 });
  });

  it('R18 writes its counts again after a faulty worker has changed them', () => {
    const counts = new Int32Array(LOAD_WORDS);
    const table = makeTable(100, counts);
    open(table, 'a');
    counts.fill(0x7f7f7f7f);
    table.publishCounts();
    expect([counts[IN_FLIGHT], counts[CONNECTIONS]]).toEqual([0, 1]);
  });

  it('forgets the requests of a connection that breaks, also those that never answer', () => {
    const table = makeTable();
    const { socket, end } = open(table, 'a');
    const first = table.began(socket, undefined);
    table.began(socket, undefined);
    end();
    first();
    expect(table.load).toEqual({ inFlight: 0, connections: 0 });
  });

  it('closes the connection that has been idle longest, at the limit', () => {
    const table = makeTable(3);
    const [a, b] = [open(table, 'a'), open(table, 'b')];
    table.began(b.socket, undefined)();
    table.began(a.socket, undefined)();
    open(table, 'c');
    expect(closed).toEqual(['b']);
    expect(rooms).toBe(1);
  });

  it('closes no busy connection at the limit, but the first that becomes idle', () => {
    const table = makeTable(2);
    const a = open(table, 'a');
    const doneA = table.began(a.socket, undefined);
    open(table, 'b');
    expect(closed).toEqual([]);
    doneA();
    expect(closed).toEqual(['a']);
  });

  it('closes a connection that never asked for anything, but not a fresh one', () => {
    const table = makeTable(2);
    open(table, 'a');
    now = 999;
    open(table, 'b').end();
    expect(closed).toEqual([]);
    now = 1_000;
    open(table, 'c');
    expect(closed).toEqual(['a']);
  });

  it('says Connection: close on what is in flight and on what begins, while draining', () => {
    const table = makeTable();
    const before = response();
    const sent = { ...response(), headersSent: true };
    table.began(open(table, 'a').socket, before);
    table.began(open(table, 'b').socket, sent);
    table.startDrain();
    const after = response();
    table.began(open(table, 'c').socket, after);
    expect(before.headers).toEqual(['Connection: close']);
    expect(after.headers).toEqual(['Connection: close']);
    expect(sent.headers).toEqual([]);
  });

  it('R6 says so on the last of pipelined requests alone: Node answers none after it', () => {
    const table = makeTable();
    const [first, second] = [response(), response()];
    const { socket } = open(table, 'a');
    table.began(socket, first);
    table.startDrain();
    table.began(socket, second);
    expect([first.headers, second.headers]).toEqual([[], ['Connection: close']]);
  });

  it('gives idle connections a grace, counted from the start of the drain', () => {
    const table = makeTable();
    open(table, 'a');
    now = 10_000;
    table.startDrain();
    now = 11_999;
    table.closeIdle(2_000);
    expect(closed).toEqual([]);
    now = 12_000;
    table.closeIdle(2_000);
    expect(closed).toEqual(['a']);
  });

  it('does not take an upgraded connection for idle', () => {
    const table = makeTable();
    const { socket } = open(table, 'a');
    table.upgraded(socket);
    table.closeIdle(0);
    expect(closed).toEqual([]);
    expect(table.isEmpty).toBe(false);
    table.destroyAll();
    expect(closed).toContain('a');
  });

  it('ends event streams that are answered already, and no others', () => {
    const table = makeTable();
    const [events, waiting] = [response(), response()];
    events.headersSent = true;
    table.began(open(table, 'events').socket, events);
    table.began(open(table, 'waiting').socket, waiting);
    table.endStreams();
    expect([events.headers, waiting.headers]).toEqual([['ended'], []]);
  });

  it('closes WebSockets as left, once their upgrade is answered', () => {
    const table = makeTable();
    const written: string[] = [];
    const wire = (name: string): Socket =>
      Object.assign(new EventEmitter(), {
        bytesWritten: 100,
        writable: true,
        write: (data: Buffer) => written.push(`${name} ${data.toString('hex')}`),
      }) as unknown as Socket;
    const [answered, unanswered] = [wire('answered'), wire('unanswered')];
    for (const one of [answered, unanswered]) {
      table.opened(one, server);
      table.carries(one, server);
      table.upgraded(one, one);
    }
    Object.assign(answered, { bytesWritten: 229 });
    table.endStreams();
    expect(written).toEqual(['answered 880203e9']);
  });
});
