/** Values that a caller sends along with a request, as W3C Baggage has them. */
export type Baggage = Readonly<Record<string, string>>;

/** Longest `baggage` header that is read or written, in bytes: the limit of W3C Baggage. */
const MAX_BYTES = 8_192;

const NONE: Baggage = Object.freeze({});

/** The allowed entries of a `baggage` header. Nothing of a header that is too long is read. */
export function parseBaggage(header: string | undefined, allowed: ReadonlySet<string>): Baggage {
  if (header === undefined || allowed.size === 0 || Buffer.byteLength(header) > MAX_BYTES) {
    return NONE;
  }
  const entries = header.split(',').flatMap((member) => {
    const [pair = ''] = member.split(';');
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(0, at)).trim();
    const value = allowed.has(key) ? decoded(pair.slice(at + 1).trim()) : undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** A `baggage` header; entries past the limit are left out. */
export function formatBaggage(baggage: Baggage): string {
  if (baggage === NONE) return '';
  let header = '';
  for (const [key, value] of Object.entries(baggage)) {
    const longer = `${header}${header === '' ? '' : ','}${key}=${encodeURIComponent(value)}`;
    if (longer.length <= MAX_BYTES) header = longer;
  }
  return header;
}

/** Percent-encoding that is broken makes an entry worthless, not the request. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
