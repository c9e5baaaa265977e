import { wrongType } from '../common/options/checks.ts';
import type { Delimiter } from './delimiter-search.ts';

/** Bytes, or text to encode as UTF-8. */
export type Bytes = Uint8Array | string;

/** Converts to a `Buffer`, without a copy unless it is text. */
export function toBuffer(name: string, data: Bytes): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (typeof data === 'string') return Buffer.from(data);
  if (!(data instanceof Uint8Array)) throw wrongType(name, 'a string, Buffer or Uint8Array', data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Creates delimiters, and caches the last one, since callers mostly repeat it. */
export class Delimiters {
  #given: Bytes | undefined;
  #last: Delimiter | undefined;

  of(given: Bytes): Delimiter {
    const last = this.#last;
    if (last !== undefined && given === this.#given && isSame(given, last.bytes)) return last;
    const bytes = Buffer.from(toBuffer('delimiter', given));
    const [first] = bytes;
    if (first === undefined) throw new RangeError('delimiter must have at least one byte.');
    this.#given = given;
    return (this.#last = { bytes, needle: bytes.length === 1 ? first : bytes });
  }
}

/** Compares bytes too, because the caller may have modified its array since. */
function isSame(given: Bytes, bytes: Buffer): boolean {
  if (typeof given === 'string') return true;
  for (let at = 0; at < bytes.length; at++) if (given[at] !== bytes[at]) return false;
  return true;
}
