/** Text of the 4 bytes of an IPv4 address or the 16 of an IPv6 address. */
export function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => {
    return bytes.readUInt16BE(2 * index).toString(16);
  });
  // The URL parser produces the short form of RFC 5952.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
