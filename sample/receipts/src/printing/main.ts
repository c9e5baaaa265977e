import { createServer, type Socket } from 'node:net';

import { BufferedSocket } from 'nestjs-buttress/buffered-socket';

/**
 * A tiny printer with a protocol of its own: `PRINT size`, a line end and so many bytes; it answers
 * `JOB number` and a line end. Start it with `node dist/printing/main.js PORT`.
 */
const port = Number(process.argv[2] ?? 3012);
const MOST_BYTES = 10_000_000;

let jobs = 0;
const open = new Set<Socket>();

const server = createServer({ allowHalfOpen: true }, (raw) => {
  open.add(raw);
  raw.once('close', () => open.delete(raw));
  // A client that breaks off is no reason to end.
  serve(raw).catch(() => raw.destroy());
});

async function serve(raw: Socket): Promise<void> {
  await using socket = new BufferedSocket(raw, { maxSize: MOST_BYTES });
  for await (const line of socket.lines({ maxSize: 100 })) {
    const size = Number(/^PRINT (\d+)$/.exec(String(line))?.[1]);
    await socket.readExactly(size);
    await socket.write(`JOB ${++jobs}\n`);
  }
  await socket.end();
}

server.listen(port, '127.0.0.1');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
}
