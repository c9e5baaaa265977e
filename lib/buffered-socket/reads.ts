import { MessageTooLongError } from './buffered-socket.errors.ts';
import type { ByteQueue, Hold } from './byte-queue.ts';
import type { Delimiter } from './delimiter-search.ts';
import type { Intake } from './intake.ts';

// Each takes its result, all or nothing; undefined: not there yet.

export interface Framing {
  readonly maxSize: number;
  readonly withDelimiter: boolean;
}

const LF: Delimiter = { bytes: Buffer.from('\n'), needle: 0x0a };
const CR = 0x0d;

/** Takes up to `size` bytes of the first chunk; null at the end. */
export function takeAny(
  { bytes, state }: Intake,
  size: number,
  hold: Hold,
): Buffer | null | undefined {
  if (bytes.length > 0 || size === 0) return bytes.takeSome(size, hold);
  return state.kind === 'ENDED' ? null : undefined;
}

export function takeExactly(bytes: ByteQueue, size: number, hold: Hold): Buffer | undefined {
  return bytes.length < size ? undefined : bytes.take(size, hold);
}

export function peekExactly(bytes: ByteQueue, size: number, hold: Hold): Buffer | undefined {
  return bytes.length < size ? undefined : bytes.peek(size, hold);
}

/** Takes the bytes before the delimiter, and the delimiter. @throws MessageTooLongError */
export function takeUntil(
  bytes: ByteQueue,
  delimiter: Delimiter,
  framing: Framing,
  hold: Hold,
): Buffer | undefined {
  const near = framing.withDelimiter
    ? undefined
    : bytes.takeWithinFirst(delimiter, framing.maxSize, hold);
  return near ?? takeAcross(bytes, delimiter, framing, hold);
}

/** `takeUntil` over several chunks. @throws MessageTooLongError */
function takeAcross(
  bytes: ByteQueue,
  delimiter: Delimiter,
  { maxSize, withDelimiter }: Framing,
  hold: Hold,
): Buffer | undefined {
  const index = bytes.find(delimiter, maxSize);
  if (index < 0 && bytes.length < maxSize) return undefined;
  const end = index + delimiter.bytes.length;
  if (index < 0 || end > maxSize) throw tooLong('readUntil', bytes, maxSize);
  if (withDelimiter) return bytes.take(end, hold);
  const message = bytes.take(index, hold);
  bytes.skip(delimiter.bytes.length);
  return message;
}

/** @throws MessageTooLongError */
export function takeToEnd(
  { bytes, state }: Intake,
  maxSize: number,
  hold: Hold,
): Buffer | undefined {
  if (bytes.length > maxSize) throw tooLong('readToEnd', bytes, maxSize);
  return state.kind === 'ENDED' ? bytes.take(bytes.length, hold) : undefined;
}

/**
 * Takes a line without its LF or CRLF; the last one may have none. null at the end.
 *
 * @throws MessageTooLongError
 */
export function takeLine({ bytes, state }: Intake, maxSize: number): Buffer | null | undefined {
  const index = bytes.find(LF, maxSize);
  const isLast = index < 0 && state.kind === 'ENDED' && bytes.length <= maxSize;
  if (isLast) return bytes.length === 0 ? null : bytes.take(bytes.length);
  if (index < 0 && bytes.length < maxSize) return undefined;
  if (index < 0 || index >= maxSize) throw tooLong('lines', bytes, maxSize);
  const size = bytes.at(index - 1) === CR ? index - 1 : index;
  const line = bytes.take(size);
  bytes.skip(index + 1 - size);
  return line;
}

function tooLong(operation: string, bytes: ByteQueue, maxSize: number): MessageTooLongError {
  return new MessageTooLongError(maxSize, { operation, bytesRead: bytes.length });
}
