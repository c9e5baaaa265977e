import { Duplex } from 'node:stream';

import { byteStream } from 'it-byte-stream';
import { BufferedSocket } from 'nestjs-buttress/buffered-socket';

/** What a parser does with a message: so little that parsing is what is measured. */
export type Use = (message: Uint8Array) => void;

/** Reads all messages of a stream of chunks. */
export type Parser = (chunks: readonly Buffer[], use: Use) => Promise<void>;

const LF = 0x0a;
const HEAD = 4;

/** A socket that receives these chunks, one per turn of the loop as from the network. */
function source(chunks: readonly Buffer[]): Duplex {
  let next = 0;
  return new Duplex({
    highWaterMark: 64 * 1024,
    read() {
      setImmediate(() => this.push(chunks[next++] ?? null));
    },
  });
}

function onData(chunks: readonly Buffer[], handle: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    source(chunks)
      .on('data', handle)
      .on('end', () => resolve());
  });
}

/** As one writes it by hand, with care: only what spans chunks is put together. */
export const linesByHand: Parser = (chunks, use) => {
  let rest: Buffer | undefined;
  return onData(chunks, (chunk) => {
    let start = 0;
    let end = chunk.indexOf(LF);
    if (rest !== undefined && end >= 0) {
      use(Buffer.concat([rest, chunk.subarray(0, end)]));
      rest = undefined;
      start = end + 1;
      end = chunk.indexOf(LF, start);
    }
    for (; end >= 0; end = chunk.indexOf(LF, start)) {
      use(chunk.subarray(start, end));
      start = end + 1;
    }
    const left = chunk.subarray(start);
    rest = rest === undefined ? left : Buffer.concat([rest, left]);
  });
};

/** As one often sees it: each chunk is put behind what is left. */
export const linesConcat: Parser = (chunks, use) => {
  let rest: Buffer = Buffer.alloc(0);
  return onData(chunks, (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF, start)) {
      use(rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
  });
};

export const linesSync: Parser = async (chunks, use) => {
  const socket = new BufferedSocket(source(chunks), { maxSize: Infinity });
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one line after the other
    const line = socket.tryReadUntil('\n') ?? (await orEnd(socket.readUntil('\n')));
    if (line === null) return;
    use(line);
  }
};

export const linesAsync: Parser = async (chunks, use) => {
  const socket = new BufferedSocket(source(chunks), { maxSize: Infinity });
  for await (const line of socket.lines()) use(line);
};

export const framesByHand: Parser = (chunks, use) => {
  let rest: Buffer | undefined;
  return onData(chunks, (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length >= at + HEAD) {
      const end = at + HEAD + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      use(bytes.subarray(at + HEAD, end));
      at = end;
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at);
  });
};

export const framesSync: Parser = async (chunks, use) => {
  const socket = new BufferedSocket(source(chunks));
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    const head = socket.tryReadExactly(HEAD) ?? (await orEnd(socket.readExactly(HEAD)));
    if (head === null) return;
    const size = head.readUInt32BE();
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    use(socket.tryReadExactly(size) ?? (await socket.readExactly(size)));
  }
};

function takeFrame(unread: Parameters<Parameters<BufferedSocket['tryReadMessage']>[0]>[0]) {
  const size = unread.uintBE(0, HEAD);
  if (size === undefined || unread.length < HEAD + size) return undefined;
  unread.skip(HEAD);
  return unread.take(size);
}

export const framesMessage: Parser = async (chunks, use) => {
  const socket = new BufferedSocket(source(chunks));
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    const frame = socket.tryReadMessage(takeFrame) ?? (await orEnd(socket.readMessage(takeFrame)));
    if (frame === null) return;
    use(frame);
  }
};

export const framesByteStream: Parser = async (chunks, use) => {
  const stream = byteStream({ source: source(chunks), sink: drain });
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    const head = await stream.read({ bytes: HEAD }).catch(() => null);
    if (head === null) return;
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    const frame = await stream.read({ bytes: head.getUint32(0) });
    use(frame.subarray());
  }
};

export const exactly: Parser = async (chunks, use) => {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  use(await new BufferedSocket(source(chunks)).readExactly(bytes));
};

export const exactlyByteStream: Parser = async (chunks, use) => {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  const stream = byteStream({ source: source(chunks), sink: drain });
  use((await stream.read({ bytes })).subarray());
};

async function drain(): Promise<void> {}

/** null where the stream ends between two messages. */
async function orEnd(read: Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await read;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUTTRESS_SOCKET_ENDED') return null;
    throw error;
  }
}
