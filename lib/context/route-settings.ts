import { classMethods } from '../common/nest/class-methods.ts';
import { type AnyMethod, wrapMethod } from '../common/nest/wrap-method.ts';
import { ROUTE_SETTINGS, type RouteSettings, settingsOf } from './http-entry.ts';

/** Metadata key under which Nest's Fastify platform keeps a route's configuration. */
const ROUTE_CONFIG = '__fastify_route_config__';

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
 * Completes the settings of a controller's routes: restores those that `@RouteConfig` above our
 * decorators has replaced, and exempts event streams from deadline and in-flight limit: the client
 * decides how long they last, so their number and duration say nothing about load.
 */
export function completeRoutes(controller: object): void {
  for (const method of handlersOf(controller)) {
    const lost = { ...ofClassOf(method)?.settings, ...ofMethodOf(method) };
    const isEndless = Reflect.getMetadata(EVENT_STREAM, method) === true;
    const exempt = isEndless ? { skipDeadline: true, skipAdmissionLimit: true } : {};
    const settings = { ...exempt, ...settingsOfHandler(method), ...lost };
    if (Object.keys(settings).length > 0) set(method, settings);
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
export function ownHandlersOf(controller: object): object[] {
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
export function addToMethod(handler: object, settings: RouteSettings): void {
  const ofMethod = { ...settings, ...ofMethodOf(handler) };
  Reflect.defineMetadata(OF_METHOD, ofMethod, handler);
  set(handler, { ...settingsOfHandler(handler), ...ofMethod });
}

/**
 * Adds settings of a decorator on a class: stronger than those of classes above, weaker than those
 * next to the class or on the method.
 */
export function addOfClass(handler: object, owner: object, settings: RouteSettings): void {
  const known = ofClassOf(handler);
  const ofClass = { ...settings, ...(known?.owner === owner ? known.settings : {}) };
  Reflect.defineMetadata(OF_CLASS, { owner, settings: ofClass } satisfies SettingsOfClass, handler);
  set(handler, { ...settingsOfHandler(handler), ...ofClass, ...ofMethodOf(handler) });
}

function ofClassOf(handler: object): SettingsOfClass | undefined {
  return Reflect.getMetadata(OF_CLASS, handler) as SettingsOfClass | undefined;
}

function ofMethodOf(handler: object): RouteSettings | undefined {
  return Reflect.getMetadata(OF_METHOD, handler) as RouteSettings | undefined;
}

function set(handler: object, settings: RouteSettings): void {
  const config = (Reflect.getMetadata(ROUTE_CONFIG, handler) ?? {}) as Record<string, unknown>;
  Reflect.defineMetadata(ROUTE_CONFIG, { ...config, [ROUTE_SETTINGS]: settings }, handler);
}
