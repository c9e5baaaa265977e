import type { Duplex } from 'node:stream';

import { hasReader } from '../common/data-observer.ts';
import { integerOption, objectOption, type Range, wrongType } from '../common/options/checks.ts';
import { LONGEST_MS } from './wait-limits.ts';

export interface BufferedSocketOptions {
  /**
   * Limit of an operation in total, unless the call gives its own. 0: it must complete at once.
   * `Infinity`: no limit.
   *
   * @default the socket's own (`socket.setTimeout()`), else 10_000
   */
  timeoutMs?: number;
  /**
   * Longest message of `readUntil`, `readToEnd` and `lines`, in bytes, delimiter included, unless
   * the call gives its own.
   *
   * @default 32_768
   */
  maxSize?: number;
  /**
   * Unread bytes at which the socket is paused, for back-pressure. A read that needs more resumes
   * it.
   *
   * @default 65_536
   */
  highWaterMark?: number;
  /**
   * Bytes that may wait to be sent. When none wait, a single `write` or `buffer` may exceed it.
   *
   * @default 1_048_576
   */
  maxUnsent?: number;
  /** Reads that may wait at once, and likewise writes. @default 1_024 */
  maxWaiting?: number;
}

export interface ResolvedBufferedSocketOptions {
  /** undefined: see `inheritedTimeoutMs`. */
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

/** Checks a time limit: at most what a timer can run, or `Infinity`. */
export function timeoutOption(name: string, value: number): number {
  if (value === Infinity || (value >= 0 && value <= LONGEST_MS)) return value;
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  throw new RangeError(`${name} must be from 0 to ${LONGEST_MS}, or Infinity. Received ${value}.`);
}

/** Checks a limit in bytes, or `Infinity`. */
export function maxSizeOption(name: string, value: number): number {
  return value === Infinity ? value : integerOption(name, value, { min: 1, max: COUNT.max });
}

/** Checks a number of bytes. */
export function sizeOption(value: number): number {
  return integerOption('size', value, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** Checks a number of bytes; undefined: no limit. */
export function mostOption(value: number | undefined): number {
  return value === undefined ? Infinity : sizeOption(value);
}

/** Returns the socket's own timeout (`socket.setTimeout()`), else the default. */
export function inheritedTimeoutMs(socket: Duplex & { timeout?: number | undefined }): number {
  const { timeout } = socket;
  return timeout === undefined || timeout === 0 ? DEFAULT_TIMEOUT_MS : timeout;
}

/** @throws TypeError unless it is a duplex stream of bytes without another reader */
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
