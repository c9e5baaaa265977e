import { FrameError } from './channel.errors.ts';

const HEADER_BYTES = 4;

/** Encodes a value as a frame: its length in bytes (32-bit, big endian), then JSON. */
export function encodeFrame(value: unknown): Buffer {
  const text = JSON.stringify(value);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, HEADER_BYTES);
  return frame;
}

/** Decodes stream chunks into values. Buffers at most one incomplete frame. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(readonly maxFrameBytes: number) {}

  /**
   * @returns the values completed by this chunk
   * @throws FrameError for a frame over `maxFrameBytes`, or one that is not JSON
   */
  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted()) return [];
    return this.#takeAll();
  }

  #wanted(): number {
    const head = this.#chunks[0];
    if (head === undefined || head.length < HEADER_BYTES) return HEADER_BYTES;
    return HEADER_BYTES + this.#checked(head.readUInt32BE(0));
  }

  #takeAll(): unknown[] {
    const data =
      this.#chunks.length === 1 ? (this.#chunks[0] ?? EMPTY) : Buffer.concat(this.#chunks);
    const values: unknown[] = [];
    let at = 0;
    while (data.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + this.#checked(data.readUInt32BE(at));
      if (end > data.length) break;
      values.push(parse(data.toString('utf8', at + HEADER_BYTES, end)));
      at = end;
    }
    this.#chunks = at === data.length ? [] : [data.subarray(at)];
    this.#bytes = data.length - at;
    return values;
  }

  #checked(length: number): number {
    if (length <= this.maxFrameBytes) return length;
    throw new FrameError(`${length} bytes announced, ${this.maxFrameBytes} allowed`);
  }
}

const EMPTY = Buffer.alloc(0);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FrameError('its content is not JSON', { cause });
  }
}
