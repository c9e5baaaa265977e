import type { RequestContext } from '../context/request-context.ts';

/** What a request is called: its method and the pattern of its route. */
export function routeNameOf(context: RequestContext | undefined): string {
  const { method, url } = (context?.routeConfig ?? {}) as { method?: unknown; url?: unknown };
  if (typeof method !== 'string' || typeof url !== 'string') return '';
  return `${method} ${url}`;
}
