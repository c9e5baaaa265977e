import type { Duplex } from 'node:stream';

import { hasReader } from '../common/data-observer.ts';
import { timeLimit } from '../common/options/call-options.ts';
import { integerOption, wrongType } from '../common/options/checks.ts';
import { option, optional } from '../common/options/kind.ts';
import { whole } from '../common/options/kinds.ts';
import { thisMachine } from '../common/options/machine.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { byteLimit, COUNT } from './call.options.ts';

export const bufferedSocketOptions = optionGroup({
  /**
   * Limit of an operation in total, unless the call gives its own. 0: it must complete at once. By
   * default that of the socket (`socket.setTimeout()`), else 10,000.
   */
  timeoutMs: optional(timeLimit),
  /**
   * Longest message of `readUntil`, `readToEnd` and `lines`, in bytes, delimiter included, unless
   * the call gives its own.
   */
  maxSize: option(byteLimit, 32 * 1024),
  /**
   * Unread bytes at which the socket is paused, for back-pressure. A read that needs more resumes
   * it.
   */
  highWaterMark: option(whole(COUNT), 64 * 1024),
  /** Bytes that may wait to be sent. When none wait, a single `write` or `buffer` may exceed it. */
  maxUnsent: option(whole(COUNT), 1024 * 1024),
  /** Reads that may wait at once, and likewise writes. */
  maxQueue: option(whole(COUNT), 1024),
});

/** Options of `BufferedSocket`. */
export interface BufferedSocketOptions extends GivenOf<typeof bufferedSocketOptions> {}

export type ResolvedBufferedSocketOptions = ResolvedOf<typeof bufferedSocketOptions>;

const DEFAULT_TIMEOUT_MS = 10_000;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveBufferedSocketOptions(
  options: BufferedSocketOptions = {},
): ResolvedBufferedSocketOptions {
  return bufferedSocketOptions.check('bufferedSocket', options, thisMachine());
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
    throw new TypeError('socket must emit bytes: it is in object mode, or has an encoding.');
  }
  if (hasReader(socket)) {
    throw new TypeError('socket already has a reader: it has data listeners.');
  }
}
