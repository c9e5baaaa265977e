import { createParamDecorator } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

import { objectOption } from '../common/options.ts';
import { markUse, type UseMark } from '../common/use-marks.ts';
import { wrapMethod } from '../common/wrap-method.ts';
import { Context, type ContextRunOptions, present } from './context.ts';
import { ROUTE_SETTINGS, type RouteSettings, settingsOf } from './http-entry.ts';

/** Where Nest's Fastify platform keeps a route's configuration. */
const ROUTE_CONFIG = '__fastify_route_config__';

/** Where Nest keeps a handler's HTTP method, and whether it is an event stream. */
const METHOD = 'method';
const EVENT_STREAM = '__sse__';

/**
 * The present request's context, as a parameter of a handler.
 *
 * @example
 * @Get() list(@CurrentContext() context: RequestContext) {}
 */
export const CurrentContext = createParamDecorator(() => present());

/**
 * Lifts the deadline from a route, or from all routes of a controller. Where `@RouteConfig` is used
 * too, it belongs below.
 *
 * @throws DecoratorUseError (when the application starts) where it stands on anything else
 */
export function NoDeadline(): ClassDecorator & MethodDecorator {
  return routeSettings({ noDeadline: true }, { decorator: '@NoDeadline', feature: 'context' });
}

const RUN_OPTIONS = ['id', 'deadlineMs', 'traceparent', 'tracestate', 'baggage'] as const;

/**
 * Enters a context around a handler that no HTTP request leads to: in WebSocket gateways, in
 * microservice controllers, on a schedule.
 *
 * @throws TypeError for an option that is not known
 * @example
 * @UseContext({ deadlineMs: 5_000 })
 * @MessagePattern('receipts.total')
 * total() {}
 */
export function UseContext(options: ContextRunOptions = {}): MethodDecorator {
  objectOption('@UseContext', options, RUN_OPTIONS);
  return wrapMethod((method) => {
    return function inContext(...args) {
      return Context.run(options, () => method.apply(this, args));
    };
  });
}

/** Adds to what a route says of itself; on a class, to all of its routes. */
export function routeSettings(
  settings: RouteSettings,
  use: Pick<UseMark, 'decorator' | 'feature'>,
): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const handler: unknown = descriptor?.value;
    const isMethod = key !== undefined && typeof handler === 'function';
    markUse(isMethod ? handler : target, { ...use, on: 'route' });
    if (isMethod) return addTo(handler, settings);
    for (const method of handlersOf(target)) addTo(method, settings);
  };
}

/**
 * Event streams are open for as long as the client likes: they have no deadline, and how many
 * there are and how long they last says nothing of a load.
 */
export function exemptEventStreams(controller: object): void {
  for (const method of handlersOf(controller)) {
    if (Reflect.getMetadata(EVENT_STREAM, method) === true)
      addTo(method, { noDeadline: true, notLimited: true });
  }
}

/** What the routes of a controller class say of themselves. */
export function settingsOfRoutes(controller: object): RouteSettings[] {
  return handlersOf(controller).flatMap((handler): RouteSettings[] => {
    const own = settingsOfHandler(handler);
    return own === undefined ? [] : [own];
  });
}

/** What the route of a handler says of itself. */
export function settingsOfHandler(handler: object): RouteSettings | undefined {
  const config: unknown = Reflect.getMetadata(ROUTE_CONFIG, handler);
  return typeof config === 'object' && config !== null ? settingsOf(config) : undefined;
}

/** The methods of a controller class that are handlers of routes. */
function handlersOf(controller: object): object[] {
  const prototype = (controller as { prototype?: object }).prototype;
  if (prototype === undefined) return [];
  return Object.values(Object.getOwnPropertyDescriptors(prototype))
    .map(({ value }): unknown => value)
    .filter((value): value is object => {
      return typeof value === 'function' && Reflect.hasMetadata(METHOD, value);
    });
}

/** What a method says itself counts before what its class says. */
function addTo(handler: object, settings: RouteSettings): void {
  const config = (Reflect.getMetadata(ROUTE_CONFIG, handler) ?? {}) as Record<string, unknown>;
  const own = config[ROUTE_SETTINGS] as RouteSettings | undefined;
  const merged = { ...config, [ROUTE_SETTINGS]: { ...settings, ...own } };
  (RouteConfig(merged) as MethodDecorator)({}, 'handler', { value: handler });
}
