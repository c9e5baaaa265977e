import { createParamDecorator } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

import { classMethods } from '../common/class-methods.ts';
import { thisMachine } from '../common/options/machine.ts';
import { markUse, type UseMark } from '../common/use-marks.ts';
import { type AnyMethod, wrapMethod } from '../common/wrap-method.ts';
import { type ContextRunOptions, contextRunOptions } from './context.options.ts';
import { Context, present } from './context.ts';
import { ROUTE_SETTINGS, type RouteSettings, settingsOf } from './http-entry.ts';
import type { RequestContext } from './request-context.ts';

/** Metadata key under which Nest's Fastify platform keeps a route's configuration. */
const ROUTE_CONFIG = '__fastify_route_config__';

/** Metadata key of handlers that enter a context of their own. */
const OWN_CONTEXT = Symbol.for('nestjs-buttress.own-context');

/** Metadata key of the settings of decorators on the method itself. */
const OF_METHOD = Symbol.for('nestjs-buttress.route-settings.of-method');

/** Metadata key of the settings of decorators on its class. */
const OF_CLASS = Symbol.for('nestjs-buttress.route-settings.of-class');

interface SettingsOfClass {
  readonly owner: object;
  readonly settings: RouteSettings;
}

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
    Reflect.defineMetadata(OWN_CONTEXT, true, method);
    return function inContext(...args) {
      return Context.run(options, () => method.apply(this, args));
    };
  });
}

/** Whether a handler is decorated with `@UseContext`. */
export function entersContext(handler: object): boolean {
  return Reflect.hasMetadata(OWN_CONTEXT, handler);
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
    if (isMethod) return addToMethod(handler, settings);
    for (const method of ownHandlersOf(target)) addOfClass(method, target, settings);
  };
}

/**
 * Exempts event streams from deadline and in-flight limit: the client decides how long they last,
 * so their number and duration say nothing about load.
 */
export function exemptEventStreams(controller: object): void {
  for (const method of handlersOf(controller)) {
    if (Reflect.getMetadata(EVENT_STREAM, method) === true)
      set(method, { skipDeadline: true, skipAdmissionLimit: true, ...settingsOfHandler(method) });
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

/** Route handlers of a controller class, including inherited ones. */
function handlersOf(controller: object): object[] {
  return [...routesOf(controller)].map(([, handler]) => handler);
}

/**
 * The same, each of the class itself: settings of a class must not reach others that inherit the
 * handler. Where it is inherited, defines one that calls it.
 */
function ownHandlersOf(controller: object): object[] {
  const { prototype } = controller as { prototype: Record<string | symbol, unknown> };
  return [...routesOf(controller)].map(([key, handler]): object => {
    if (Object.hasOwn(prototype, key)) return handler;
    const own: TypedPropertyDescriptor<unknown> = {
      value: handler,
      writable: true,
      configurable: true,
    };
    const parent = Object.getPrototypeOf(prototype) as Record<string | symbol, AnyMethod>;
    const inherit = wrapMethod(() => {
      return function inherited(...args) {
        return parent[key]?.apply(this, args);
      };
    });
    inherit(prototype, key, own);
    Object.defineProperty(prototype, key, own);
    return own.value as object;
  });
}

function routesOf(controller: object): [string | symbol, object][] {
  const { prototype = null } = controller as { prototype?: object };
  return [...classMethods(prototype)].filter(([, method]) => Reflect.hasMetadata(METHOD, method));
}

/** Adds settings of decorators on a method; the one next to it takes precedence. */
function addToMethod(handler: object, settings: RouteSettings): void {
  const ofMethod = { ...settings, ...ofMethodOf(handler) };
  Reflect.defineMetadata(OF_METHOD, ofMethod, handler);
  set(handler, { ...settingsOfHandler(handler), ...ofMethod });
}

/**
 * Adds settings of a decorator on a class: stronger than those of classes above, weaker than those
 * next to the class or on the method.
 */
function addOfClass(handler: object, owner: object, settings: RouteSettings): void {
  const known = Reflect.getMetadata(OF_CLASS, handler) as SettingsOfClass | undefined;
  const ofClass = { ...settings, ...(known?.owner === owner ? known.settings : {}) };
  Reflect.defineMetadata(OF_CLASS, { owner, settings: ofClass } satisfies SettingsOfClass, handler);
  set(handler, { ...settingsOfHandler(handler), ...ofClass, ...ofMethodOf(handler) });
}

function ofMethodOf(handler: object): RouteSettings | undefined {
  return Reflect.getMetadata(OF_METHOD, handler) as RouteSettings | undefined;
}

function set(handler: object, settings: RouteSettings): void {
  const config = (Reflect.getMetadata(ROUTE_CONFIG, handler) ?? {}) as Record<string, unknown>;
  const merged = { ...config, [ROUTE_SETTINGS]: settings };
  (RouteConfig(merged) as MethodDecorator)({}, 'handler', { value: handler });
}
