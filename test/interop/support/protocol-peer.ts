import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

/** Where in `bytes` the first whole message ends; undefined: it is not whole yet. */
export type Framing = (bytes: Buffer) => number | undefined;

export interface ProtocolPeer {
  address: string;
  /** Messages that it has received. */
  received: Buffer[];
}

/** As much of a protocol as a first exchange needs: an answer, or none, to each message. */
export async function protocolPeer(
  framing: Framing,
  answer: (message: Buffer) => Buffer | undefined,
): Promise<ProtocolPeer> {
  const received: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let end = framing(bytes); end !== undefined; end = framing(bytes)) {
        const message = bytes.subarray(0, end);
        bytes = bytes.subarray(end);
        received.push(message);
        const reply = answer(message);
        if (reply !== undefined) socket.write(reply);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, received };
}

/** Messages that begin with their length, at `offset`, which does not count `overhead` bytes. */
export function lengthPrefixed(
  read: (bytes: Buffer) => number,
  { header, overhead }: { header: number; overhead: number },
): Framing {
  return (bytes) => {
    if (bytes.length < header) return undefined;
    const end = read(bytes) + overhead;
    return bytes.length < end ? undefined : end;
  };
}
