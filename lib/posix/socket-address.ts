import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import { ipText } from './ip-text.ts';
import { LINUX } from './libc.ts';

/** A bound address, as `net.Server.address()` returns it. */
export interface SocketAddress {
  address: string;
  family: string;
  port: number;
}

const IPV4_BYTES = 16;
const IPV6_BYTES = 28;

/** Size of the largest address. */
export const MAX_ADDRESS_BYTES = IPV6_BYTES;

/** Offset of the scope id (fe80::1%eth0) in `sockaddr_in6`. */
const SCOPE_AT = 24;

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

/** Decodes an address written by `getsockname`. */
export function decodeAddress(bytes: Buffer): SocketAddress {
  const family = bytes.readUInt16LE(0);
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
