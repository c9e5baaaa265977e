import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import { ipText } from './ip-text.ts';
import { LINUX } from './libc.ts';

/** A bound address, as `net.Server.address()` returns it. */
export type SocketAddress = string | { address: string; family: string; port: number };

const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
const UNIX_BYTES = 110;

/** Size of the largest address. */
export const MAX_ADDRESS_BYTES = UNIX_BYTES;

/** Offset of the scope id (fe80::1%eth0) in `sockaddr_in6`. */
const SCOPE_AT = 24;

/** Offset of the path in `sockaddr_un`. */
const PATH_AT = 2;

/** Encodes a `sockaddr_in` or `sockaddr_in6`; undefined if it is not an IP address. */
export function encodeInternet(address: string, port: number): Buffer | undefined {
  if (isIPv4(address)) {
    const bytes = Buffer.alloc(IPV4_BYTES);
    bytes.writeUInt16LE(LINUX.AF_INET, 0);
    bytes.writeUInt16BE(port, 2);
    bytes.set(address.split('.').map(Number), 4);
    return bytes;
  }
  if (!isIPv6(address)) return undefined;
  const [plain = '', zone] = address.split('%');
  const bytes = Buffer.alloc(IPV6_BYTES);
  bytes.writeUInt16LE(LINUX.AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  for (const [index, group] of groupsOf(plain).entries()) bytes.writeUInt16BE(group, 8 + 2 * index);
  if (zone !== undefined) bytes.writeUInt32LE(scopeOf(zone), SCOPE_AT);
  return bytes;
}

/** Encodes a `sockaddr_un`; undefined if the path is empty or too long. */
export function encodeUnix(path: string): Buffer | undefined {
  const text = Buffer.from(path);
  if (text.length === 0 || text.length + PATH_AT + 1 > UNIX_BYTES) return undefined;
  const bytes = Buffer.alloc(PATH_AT + text.length + 1);
  bytes.writeUInt16LE(LINUX.AF_UNIX, 0);
  text.copy(bytes, PATH_AT);
  return bytes;
}

/** Decodes an address written by `getsockname`. */
export function decodeAddress(bytes: Buffer): SocketAddress {
  const family = bytes.readUInt16LE(0);
  if (family === LINUX.AF_UNIX) return textUntilZero(bytes.subarray(PATH_AT));
  const port = bytes.readUInt16BE(2);
  if (family === LINUX.AF_INET) {
    return { address: ipText(bytes.subarray(4, 8)), family: 'IPv4', port };
  }
  return { address: ipText(bytes.subarray(8, 24)), family: 'IPv6', port };
}

function scopeOf(zone: string): number {
  if (/^\d+$/.test(zone)) return Number(zone);
  const own = networkInterfaces()[zone]?.find(({ scopeid = 0 }) => scopeid > 0);
  return own?.scopeid ?? 0;
}

function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** The eight groups of an address that `isIPv6` has validated. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = numbersOf(head);
  if (tail === undefined) return before;
  const after = numbersOf(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

function numbersOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
