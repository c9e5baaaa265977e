/** The part of a Fastify request, or of one that resembles it, that knows its route. */
export interface RoutedRequest {
  readonly routeOptions?:
    | { readonly url?: string | undefined; readonly config?: unknown }
    | undefined;
}

/** Route that Fastify keeps at a request. */
interface KeptRoute {
  readonly config?: unknown;
}

type Keyed = Readonly<Record<symbol, KeptRoute | undefined>>;

/** Route of a request that has none. */
const NO_ROUTE = 'none';

/** Fastify's own key of a request's route; undefined until a request shows it. */
let routeKey: symbol | undefined;

/**
 * Fastify's configuration of the request's route: the same object for each request. Reads it where
 * Fastify keeps it, because `routeOptions` creates an object of all options with each access.
 */
export function routeConfigOf(request: RoutedRequest): object | undefined {
  const kept = routeKey === undefined ? undefined : (request as Keyed)[routeKey];
  const config = kept === undefined ? publicConfigOf(request) : kept.config;
  return typeof config === 'object' && config !== null ? config : undefined;
}

/** Pattern of the request's route; `none`: no route matched. */
export function routeOf(request: RoutedRequest): string {
  const { url } = (routeConfigOf(request) ?? {}) as { url?: unknown };
  return typeof url === 'string' ? url : (request.routeOptions?.url ?? NO_ROUTE);
}

function publicConfigOf(request: RoutedRequest): unknown {
  const config = request.routeOptions?.config;
  if (typeof config === 'object' && config !== null) routeKey ??= keyOf(request, config);
  return config;
}

/** Finds the key by what it holds: Fastify does not export it. */
function keyOf(request: object, config: object): symbol | undefined {
  const isRoute = (key: symbol): boolean => (request as Keyed)[key]?.config === config;
  return Object.getOwnPropertySymbols(request).find(isRoute);
}
