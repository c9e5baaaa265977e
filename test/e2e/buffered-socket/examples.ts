import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { isButtressError } from 'nestjs-buttress';
import { BufferedSocket, NetstringSocket } from 'nestjs-buttress/buffered-socket';

// The examples of docs/buffered-socket.md: a region each, as it stands there.

export async function ask(port: number): Promise<string> {
  // #region ask
  await using socket = new BufferedSocket(connect(port, '127.0.0.1'));
  await socket.write('PING\r\n');
  const reply = await socket.readUntil('\r\n', { timeoutMs: 500 }); // +PONG
  // #endregion
  return String(reply);
}

// #region server
export function lineServer(answer: (line: string) => string): Server {
  return createServer({ allowHalfOpen: true }, (raw) => void serve(raw, answer));
}

async function serve(raw: Socket, answer: (line: string) => string): Promise<void> {
  await using socket = new BufferedSocket(raw, { maxSize: 1024, timeoutMs: 5_000 });
  try {
    for await (const line of socket.lines()) await socket.write(`${answer(String(line))}\n`);
    await socket.end();
  } catch (error) {
    if (!isButtressError(error)) throw error;
    // A line of more than a KiB, a client that is gone, silent for 5 s, or does not read.
    await socket.write(`ERROR ${error.code}\n`, { timeoutMs: 0 }).catch(() => undefined);
  }
}
// #endregion

// #region retry
export async function readLate(socket: BufferedSocket, warn: () => void): Promise<Buffer> {
  try {
    return await socket.readUntil('\n', { timeoutMs: 50 });
  } catch (error) {
    if (!isButtressError(error) || error.code !== 'ERR_BUTTRESS_SOCKET_TIMEOUT') throw error;
    warn();
    return socket.readUntil('\n'); // half a line that came before is still there
  }
}
// #endregion

// oxlint-disable no-await-in-loop -- one line after the other
// #region fast
export async function countLines(socket: BufferedSocket): Promise<number> {
  let count = 0;
  for (;;) {
    const line = socket.tryReadUntil('\n') ?? (await socket.readUntil('\n'));
    if (line.length === 0) return count; // an empty line ends the list
    count++;
  }
}
// #endregion
// oxlint-enable no-await-in-loop

// #region message
const MAX_SIZE = 1024 * 1024;

export function readFrame(socket: BufferedSocket): Promise<Buffer> {
  return socket.readMessage((unread) => {
    const size = unread.uintBE(0, 4);
    if (size === undefined) return undefined;
    if (size > MAX_SIZE) throw new RangeError(`a frame of ${size} bytes`);
    if (unread.length < 4 + size) return undefined;
    unread.skip(4);
    return unread.take(size);
  });
}
// #endregion

// #region starttls
export async function startTls(socket: BufferedSocket<Socket>, ca: string) {
  await socket.write('STARTTLS\r\n');
  await socket.readUntil('\r\n');
  const raw = socket.detach(); // what is unread goes with it
  return new BufferedSocket(connectTls({ socket: raw, ca, servername: 'localhost' }));
}
// #endregion

export async function netstringPing(port: number): Promise<string> {
  // #region netstring
  await using messages = new NetstringSocket(
    new BufferedSocket(connect(port, '127.0.0.1'), { maxSize: 64 * 1024 }),
  );
  await messages.write('ping'); // 4:ping,
  const pong = await messages.read();
  // #endregion
  return String(pong);
}
