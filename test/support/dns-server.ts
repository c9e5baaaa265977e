import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';

import { onTestFinished } from 'vitest';

/** What a name stands for; nothing: there is no such name. `silent`: the question is not answered. */
export interface Zone {
  [name: string]: {
    a?: string[];
    srv?: { priority: number; weight: number; port: number; target: string }[];
    ttl?: number;
    silent?: boolean;
  };
}

/** A name server on the loopback interface that answers A and SRV from `zone` as it is then. */
export interface DnsServer {
  readonly address: string;
  zone: Zone;
  /** Names that were asked for. */
  readonly asked: string[];
}

const TYPES = { a: 1, srv: 33 } as const;

export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const server = { address: `127.0.0.1:${socket.address().port}`, zone, asked: [] as string[] };
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const { name, type, end } = questionOf(query);
    server.asked.push(name);
    const entry = server.zone[name];
    if (entry?.silent === true) return;
    const records = recordsOf(entry, type);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(entry === undefined ? 0x81_83 : 0x81_80, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const question = query.subarray(12, end);
    const answers = records.map((data) => recordOf(type, data, entry?.ttl ?? 1));
    socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
  });
  return server;
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function recordsOf(entry: Zone[string] | undefined, type: number): Buffer[] {
  if (type === TYPES.a) {
    return (entry?.a ?? []).map((address) => Buffer.from(address.split('.').map(Number)));
  }
  if (type !== TYPES.srv) return [];
  return (entry?.srv ?? []).map(({ priority, weight, port, target }) => {
    const numbers = Buffer.alloc(6);
    numbers.writeUInt16BE(priority, 0);
    numbers.writeUInt16BE(weight, 2);
    numbers.writeUInt16BE(port, 4);
    return Buffer.concat([numbers, nameBytes(target)]);
  });
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function recordOf(type: number, data: Buffer, ttl: number): Buffer {
  const head = Buffer.alloc(12);
  // The name of the question, by its place.
  head.writeUInt16BE(0xc0_0c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
