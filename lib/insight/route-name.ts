import type { ManagedContext } from '../context/managed-context.ts';

/** Method and route pattern of a request; empty if they are unknown. */
export function routeNameOf(context: ManagedContext | undefined): string {
  const { method, url } = (context?.routeConfig ?? {}) as { method?: unknown; url?: unknown };
  if (typeof method !== 'string' || typeof url !== 'string') return '';
  return `${method} ${url}`;
}
