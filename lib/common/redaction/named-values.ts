/** Headers of which nearly every HTTP message has one. */
const COMMON: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'date',
  'host',
  'user-agent',
]);

/** A name with its value, as `Object.entries` gives them. */
export type Entry = readonly [name: string, value: unknown];

export function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}

/**
 * Returns how to find the name of a value in a list of names and values: of entries, or of headers
 * in turn, as `rawHeaders` of Node, or of arguments with flags. Undefined for any other list.
 */
export function namesIn(
  list: readonly unknown[],
): ((at: number) => string | undefined) | undefined {
  if (list.length === 0) return undefined;
  if (list.every(isEntry)) return (at) => list[at]?.[0];
  if (isHeaders(list)) return (at) => (at % 2 === 1 ? (list[at - 1] as string) : undefined);
  return isCommand(list) ? (at) => flagAt(list, at - 1) : undefined;
}

/** Whether arguments of a command have flags, as `spawnargs` of an error. */
function isCommand(list: readonly unknown[]): list is readonly string[] {
  return list.every((one) => typeof one === 'string') && list.some((one) => one.startsWith('--'));
}

function flagAt(list: readonly string[], at: number): string | undefined {
  const flag = list[at];
  return flag !== undefined && /^--?[\w-]+$/.test(flag) ? flag : undefined;
}

function isHeaders(list: readonly unknown[]): boolean {
  if (list.length % 2 === 1) return false;
  const names = list.filter((_, at) => at % 2 === 0);
  return (
    names.every((name) => typeof name === 'string') &&
    names.some((name) => COMMON.has(name.toLowerCase()))
  );
}
