import { createParamDecorator } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

import { thisMachine } from '../common/options/machine.ts';
import { markUse, type UseMark } from '../common/use-marks.ts';
import { wrapMethod } from '../common/wrap-method.ts';
import { type ContextRunOptions, contextRunOptions } from './context.options.ts';
import { Context, present } from './context.ts';
import { ROUTE_SETTINGS, type RouteSettings, settingsOf } from './http-entry.ts';
import type { RequestContext } from './request-context.ts';

/** Metadata key under which Nest's Fastify platform keeps a route's configuration. */
const ROUTE_CONFIG = '__fastify_route_config__';

/** Metadata keys under which Nest keeps a handler's HTTP method and its event-stream flag. */
const METHOD = 'method';
const EVENT_STREAM = '__sse__';

/**
 * Injects the current request's context as a parameter of a handler.
 *
 * @example
 * @Get() list(@CurrentContext() context: RequestContext) {}
 */
export const CurrentContext = createParamDecorator((): RequestContext => present());

/**
 * Removes the deadline from a route, or from all routes of a controller. Put it above
 * `@RouteConfig` where both are used.
 *
 * @throws DecoratorUseError at application start if it decorates no route
 */
export function SkipDeadline(): ClassDecorator & MethodDecorator {
  return routeSettings({ skipDeadline: true }, { decorator: '@SkipDeadline', feature: 'context' });
}

/**
 * Enters a context around a handler without an HTTP request: in WebSocket gateways, microservice
 * controllers or scheduled jobs.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @example
 * @UseContext({ deadlineMs: 5_000 })
 * @MessagePattern('receipts.total')
 * total() {}
 */
export function UseContext(options: ContextRunOptions = {}): MethodDecorator {
  contextRunOptions.check('@UseContext', options, thisMachine());
  return wrapMethod((method) => {
    return function inContext(...args) {
      return Context.run(options, () => method.apply(this, args));
    };
  });
}

/** Creates a decorator that adds settings to a route, or to all routes of a class. */
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
 * Exempts event streams from deadline and in-flight limit: the client decides how long they last,
 * so their number and duration say nothing about load.
 */
export function exemptEventStreams(controller: object): void {
  for (const method of handlersOf(controller)) {
    if (Reflect.getMetadata(EVENT_STREAM, method) === true)
      addTo(method, { skipDeadline: true, skipAdmissionLimit: true });
  }
}

/** Settings of the routes of a controller class. */
export function settingsOfRoutes(controller: object): RouteSettings[] {
  return handlersOf(controller).flatMap((handler): RouteSettings[] => {
    const own = settingsOfHandler(handler);
    return own === undefined ? [] : [own];
  });
}

/** Settings of a handler's route. */
export function settingsOfHandler(handler: object): RouteSettings | undefined {
  const config: unknown = Reflect.getMetadata(ROUTE_CONFIG, handler);
  return typeof config === 'object' && config !== null ? settingsOf(config) : undefined;
}

/** Route handlers among the methods of a controller class. */
function handlersOf(controller: object): object[] {
  const prototype = (controller as { prototype?: object }).prototype;
  if (prototype === undefined) return [];
  return Object.values(Object.getOwnPropertyDescriptors(prototype))
    .map(({ value }): unknown => value)
    .filter((value): value is object => {
      return typeof value === 'function' && Reflect.hasMetadata(METHOD, value);
    });
}

/** Merges settings into a handler's; those set earlier on the method take precedence. */
function addTo(handler: object, settings: RouteSettings): void {
  const config = (Reflect.getMetadata(ROUTE_CONFIG, handler) ?? {}) as Record<string, unknown>;
  const own = config[ROUTE_SETTINGS] as RouteSettings | undefined;
  const merged = { ...config, [ROUTE_SETTINGS]: { ...settings, ...own } };
  (RouteConfig(merged) as MethodDecorator)({}, 'handler', { value: handler });
}
