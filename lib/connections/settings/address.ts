/** A configured address, before name resolution. */
export type Address =
  | { readonly kind: 'host'; readonly host: string; readonly port: number; readonly weight: number }
  | { readonly kind: 'unix'; readonly path: string; readonly weight: number }
  | { readonly kind: 'srv'; readonly name: string; readonly weight: number };

/** Text of an address for errors and pages, without its weight. */
export function addressText(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  if (address.kind === 'srv') return `srv:${address.name}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** Text of an address as an option takes it. */
export function weightedText(address: Address): string {
  const text = addressText(address);
  return address.weight === 1 ? text : `${text}*${address.weight}`;
}
