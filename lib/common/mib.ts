export const MIB = 1 << 20;

/** A number of bytes as text: `512 MiB`. */
export function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
