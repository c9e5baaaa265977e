/** A route that Express knows. */
export interface ExpressRoute {
  readonly methods: readonly string[];
  readonly path: string;
}

/** What of Express's application is needed. */
interface Routed {
  readonly router?: {
    readonly stack?: readonly {
      readonly route?: { readonly path: unknown; readonly methods: object };
    }[];
  };
}

/** More than anybody names one by one: the route takes all. */
const MAX_NAMED = 20;

/** The routes of an Express application, middleware left out. */
export function routesOfExpress(instance: object): ExpressRoute[] {
  const { stack = [] } = (instance as Routed).router ?? {};
  return stack.flatMap(({ route }) => {
    if (route === undefined || typeof route.path !== 'string') return [];
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return [{ methods: methods.length > MAX_NAMED ? ['ALL'] : methods, path: route.path }];
  });
}
