/** Route registered in Express. */
export interface ExpressRoute {
  readonly methods: readonly string[];
  readonly path: string;
}

/** Part of Express's application that is read here. */
interface Routed {
  readonly router?: {
    readonly stack?: readonly {
      readonly route?: { readonly path: unknown; readonly methods: object };
    }[];
  };
}

/** Methods beyond which a route was registered by `all()`, not one by one. */
const MAX_NAMED = 20;

/** Routes of an Express application, without middleware. */
export function routesOfExpress(instance: object): ExpressRoute[] {
  const { stack = [] } = (instance as Routed).router ?? {};
  return stack.flatMap(({ route }) => {
    if (route === undefined || typeof route.path !== 'string') return [];
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return [{ methods: methods.length > MAX_NAMED ? ['ALL'] : methods, path: route.path }];
  });
}
