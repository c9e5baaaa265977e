/** Resource that an offloaded method blocks on: the CPU, or something else. */
export type ThreadKind = 'cpu' | 'io';

/**
 * Handling of a running call that its caller has abandoned; the caller gets its error at once.
 *
 * - `cooperative`: signals the method (`ThreadScope`), and ends its thread if the method does not
 *   return within the pool's `graceMs`.
 * - `terminate`: ends its thread at once.
 * - `abandon`: signals the method; its thread stays busy until the method returns.
 */
export type CancelPolicy = 'cooperative' | 'terminate' | 'abandon';

export const KINDS = ['cpu', 'io'] as const satisfies readonly ThreadKind[];

export const POLICIES = [
  'cooperative',
  'terminate',
  'abandon',
] as const satisfies readonly CancelPolicy[];
