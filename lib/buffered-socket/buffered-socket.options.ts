import type { Duplex } from 'node:stream';

import { hasReader } from '../common/data-observer.ts';
import { integerOption, objectOption, type Range, wrongType } from '../common/options.ts';
import { LONGEST_MS } from './wait-limits.ts';

export interface BufferedSocketOptions {
  /**
   * Milliseconds that an operation may take as a whole, unless it is told otherwise. 0: it must be
   * done at once. `Infinity`: no limit.
   *
   * @default the socket's own (`socket.setTimeout()`), else 10_000
   */
  timeoutMs?: number;
  /**
   * Longest message, in bytes and with its delimiter, of `readUntil`, `readToEnd` and `lines`,
   * unless they are told otherwise.
   *
   * @default 32_768
   */
  maxSize?: number;
  /**
   * Unread bytes at which the socket is paused, so that the other side has to wait. A read that
   * needs more than that lets it go on.
   *
   * @default 65_536
   */
  highWaterMark?: number;
  /**
   * Bytes that may wait to be sent. A single `write` or `buffer` may have more, when nothing else
   * waits.
   *
   * @default 1_048_576
   */
  maxUnsent?: number;
  /** Reads that may wait at a time, and writes. @default 1_024 */
  maxWaiting?: number;
}

export interface ResolvedBufferedSocketOptions {
  /** undefined: the socket's own, else the default. */
  readonly timeoutMs: number | undefined;
  readonly maxSize: number;
  readonly highWaterMark: number;
  readonly maxUnsent: number;
  readonly maxWaiting: number;
}

const KNOWN = ['timeoutMs', 'maxSize', 'highWaterMark', 'maxUnsent', 'maxWaiting'] as const;

const DEFAULT_TIMEOUT_MS = 10_000;
const COUNT: Range = { min: 1, max: 2 ** 31 - 1 };

export function resolveBufferedSocketOptions(
  options: BufferedSocketOptions = {},
): ResolvedBufferedSocketOptions {
  const name = 'bufferedSocket';
  const {
    timeoutMs,
    maxSize = 32 * 1024,
    highWaterMark = 64 * 1024,
    maxUnsent = 1024 * 1024,
    maxWaiting = 1024,
  } = objectOption(name, options, KNOWN);
  return Object.freeze({
    timeoutMs: timeoutMs === undefined ? undefined : timeoutOption(`${name}.timeoutMs`, timeoutMs),
    maxSize: maxSizeOption(`${name}.maxSize`, maxSize),
    highWaterMark: integerOption(`${name}.highWaterMark`, highWaterMark, COUNT),
    maxUnsent: integerOption(`${name}.maxUnsent`, maxUnsent, COUNT),
    maxWaiting: integerOption(`${name}.maxWaiting`, maxWaiting, COUNT),
  });
}

/** A time limit: what a timer can run, or `Infinity`. */
export function timeoutOption(name: string, value: number): number {
  if (value === Infinity || (value >= 0 && value <= LONGEST_MS)) return value;
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  throw new RangeError(`${name} must be from 0 to ${LONGEST_MS}, or Infinity. Received ${value}.`);
}

/** A limit in bytes, or `Infinity`. */
export function maxSizeOption(name: string, value: number): number {
  return value === Infinity ? value : integerOption(name, value, { min: 1, max: COUNT.max });
}

/** A number of bytes. */
export function sizeOption(value: number): number {
  return integerOption('size', value, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** A number of bytes at most; all there are without one. */
export function mostOption(value: number | undefined): number {
  return value === undefined ? Infinity : sizeOption(value);
}

/** The limit of a socket that has none of ours. */
export function inheritedTimeoutMs(socket: Duplex & { timeout?: number | undefined }): number {
  const { timeout } = socket;
  return timeout === undefined || timeout === 0 ? DEFAULT_TIMEOUT_MS : timeout;
}

/** @throws TypeError unless it is a stream of bytes, both ways, that nobody else reads */
export function checkSocket(socket: Duplex): void {
  if (typeof socket?.unshift !== 'function' || typeof socket.write !== 'function') {
    throw wrongType('socket', 'a Duplex', socket);
  }
  if (socket.readableObjectMode || socket.readableEncoding !== null) {
    throw new TypeError('socket must give bytes: it is in object mode, or has an encoding.');
  }
  if (hasReader(socket)) {
    throw new TypeError('socket is read by somebody else: it has listeners of its data.');
  }
}
