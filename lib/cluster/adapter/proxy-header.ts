import { isIP } from 'node:net';

import { ipText } from '../../posix/ip-text.ts';

/** The client that a proxy names. */
export interface ProxiedPeer {
  address: string;
  port: number;
}

export type ProxyHeader =
  | { kind: 'incomplete' }
  | { kind: 'invalid' }
  /** `length`: bytes of the header. No `peer`: the proxy's own connection or an unknown family. */
  | { kind: 'header'; length: number; peer: ProxiedPeer | undefined };

/** Longest version 1 header, including its line end. */
const MAX_V1_LENGTH = 107;

/** Longest accepted version 2 header: addresses and extensions (TLVs). */
const MAX_V2_LENGTH = 4_096;

const V1_START = Buffer.from('PROXY ', 'latin1');
const V2_START = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V2_HEAD_LENGTH = 16;

const INCOMPLETE: ProxyHeader = { kind: 'incomplete' };
const INVALID: ProxyHeader = { kind: 'invalid' };

/**
 * Parses a PROXY protocol header, version 1 or 2, from the first bytes of a connection.
 * (HAProxy, "The PROXY protocol", versions 1 and 2.)
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsAlike(bytes, V2_START)) return parseV2(bytes);
  if (startsAlike(bytes, V1_START)) return parseV1(bytes);
  return INVALID;
}

/** Whether the bytes received so far match `start`. */
function startsAlike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function parseV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_V1_LENGTH).indexOf('\r\n');
  if (end < 0) return bytes.length >= MAX_V1_LENGTH ? INVALID : INCOMPLETE;
  const length = end + 2;
  const words = bytes.toString('latin1', 0, end).split(' ');
  if (words[1] === 'UNKNOWN') return { kind: 'header', length, peer: undefined };
  const peer = peerOf(words);
  return peer === undefined ? INVALID : { kind: 'header', length, peer };
}

/** Parses `PROXY TCP4 source destination source-port destination-port`. */
function peerOf(words: readonly string[]): ProxiedPeer | undefined {
  const [, family = '', address = '', , port = ''] = words;
  const version = { TCP4: 4, TCP6: 6 }[family];
  if (words.length !== 6 || version === undefined || isIP(address) !== version) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  return { address, port: Number(port) };
}

function parseV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_HEAD_LENGTH) return INCOMPLETE;
  const [versionAndCommand = 0, family = 0] = bytes.subarray(12, 14);
  const length = V2_HEAD_LENGTH + bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || length > MAX_V2_LENGTH) return INVALID;
  const command = versionAndCommand & 0x0f;
  if (command > 1) return INVALID;
  if (bytes.length < length) return INCOMPLETE;
  if (command === 0) return { kind: 'header', length, peer: undefined };
  return withPeer(bytes.subarray(V2_HEAD_LENGTH, length), family, length);
}

/** Accepts families other than TCP over IPv4 (0x11) and IPv6 (0x21) without an address. */
function withPeer(addresses: Buffer, family: number, length: number): ProxyHeader {
  const size = { 0x11: 4, 0x21: 16 }[family];
  if (size === undefined) return { kind: 'header', length, peer: undefined };
  if (addresses.length < 2 * size + 4) return INVALID;
  const address = ipText(addresses.subarray(0, size));
  return { kind: 'header', length, peer: { address, port: addresses.readUInt16BE(2 * size) } };
}
