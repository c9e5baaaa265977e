import type { RequestContext } from '../context/request-context.ts';

/** Method and route pattern of a request; empty if they are unknown. */
export function routeNameOf(context: RequestContext | undefined): string {
  const { method, url } = (context?.routeConfig ?? {}) as { method?: unknown; url?: unknown };
  if (typeof method !== 'string' || typeof url !== 'string') return '';
  return `${method} ${url}`;
}
