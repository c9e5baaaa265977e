/** Values that a caller sends with a request, as in W3C Baggage. */
export type Baggage = Readonly<Record<string, string>>;

/** Longest `baggage` header to read or write, in bytes, as in W3C Baggage. */
const MAX_BYTES = 8_192;

const NONE: Baggage = Object.freeze({});

/** Parses the allowed entries of a `baggage` header. Ignores a header that is too long. */
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

/** Formats a `baggage` header; omits entries beyond the limit. */
export function formatBaggage(baggage: Baggage): string {
  if (baggage === NONE) return '';
  let header = '';
  for (const [key, value] of Object.entries(baggage)) {
    const longer = `${header}${header === '' ? '' : ','}${key}=${encodeURIComponent(value)}`;
    if (longer.length <= MAX_BYTES) header = longer;
  }
  return header;
}

/** Decodes percent-encoding; an invalid entry is dropped, and the request continues. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
