export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const FRAME = { DATA: 0, HEADERS: 1, SETTINGS: 4, PING: 6, GOAWAY: 7 } as const;

const HEAD_BYTES = 9;

/** `END_STREAM` and `END_HEADERS`. */
const WHOLE = 0x05;

/** `GET /` of `a` over HTTP, by HPACK's static table. */
const GET_ROOT = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);

export interface Frame {
  type: number;
  stream: number;
  payload: Buffer;
}

interface FrameParts {
  flags?: number;
  stream?: number;
  payload?: Buffer;
}

export function frame(
  type: number,
  { flags = 0, stream = 0, payload = Buffer.alloc(0) }: FrameParts = {},
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A whole request. */
export function getRoot(stream: number): Buffer {
  return frame(FRAME.HEADERS, { flags: WHOLE, stream, payload: GET_ROOT });
}

/** The frames that are whole in `bytes`. */
export function framesIn(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const payload = bytes.subarray(at + HEAD_BYTES, end);
    frames.push({ type: bytes.readUInt8(at + 3), stream: bytes.readUInt32BE(at + 5), payload });
    at = end;
  }
  return frames;
}
