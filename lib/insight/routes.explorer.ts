import { RequestMethod } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';

/** Route registered in the server. */
export interface RouteInfo {
  method: string;
  path: string;
  /** Class and method of the handler; empty: not a controller's. */
  handler: string;
  guards: string[];
  interceptors: string[];
}

/** Handler as its decorators describe it. */
interface DescribedHandler {
  method: string;
  path: string;
  handler: string;
  guards: string[];
  interceptors: string[];
}

/** Metadata keys of Nest's decorators. */
const PATH = 'path';
const METHOD = 'method';
const GUARDS = '__guards__';
const INTERCEPTORS = '__interceptors__';

type Controller = ReturnType<DiscoveryService['getControllers']>[number];
type AnyClass = abstract new (...args: never[]) => object;

/** Joins the server's routes with the metadata of decorators. */
export class RoutesExplorer {
  readonly #registered: { method: string; path: string }[] = [];
  #handlers: readonly DescribedHandler[] | undefined;
  readonly #discovery: DiscoveryService;

  constructor(discovery: DiscoveryService) {
    this.#discovery = discovery;
  }

  /** Adds a route that the server has registered. */
  add(method: string | readonly string[], path: string): void {
    const methods = typeof method === 'string' ? [method] : method;
    for (const one of methods) {
      // Skips HEAD: it comes with every GET and answers the same.
      if (one !== 'HEAD' && !this.#has(one, path)) this.#registered.push({ method: one, path });
    }
  }

  routes(): RouteInfo[] {
    const handlers = (this.#handlers ??= this.#discovery.getControllers().flatMap(handlersOf));
    return this.#registered.map(({ method, path }) => {
      const found = handlers.find((one) => isSame(one, method, path));
      const { handler = '', guards = [], interceptors = [] } = found ?? {};
      return { method, path, handler, guards, interceptors };
    });
  }

  #has(method: string, path: string): boolean {
    return this.#registered.some((one) => one.method === method && one.path === path);
  }
}

/** Compares ends of paths: decorators do not know a global prefix or version. */
function isSame(described: DescribedHandler, method: string, path: string): boolean {
  if (described.method !== method && described.method !== 'ALL') return false;
  return path === described.path || (described.path !== '/' && path.endsWith(described.path));
}

function handlersOf({ metatype }: Controller): DescribedHandler[] {
  if (typeof metatype !== 'function') return [];
  const controller = metatype as AnyClass;
  const prototype = controller.prototype as Record<string, unknown>;
  return methodNamesOf(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function') return [];
    const verb = read(METHOD, handler) as RequestMethod | undefined;
    if (verb === undefined) return [];
    return pathsOf(read(PATH, controller)).flatMap((base) =>
      pathsOf(read(PATH, handler)).map((path) => ({
        method: RequestMethod[verb] ?? 'ALL',
        path: `/${[base, path].filter((part) => part !== '').join('/')}`,
        handler: `${controller.name}.${name}`,
        guards: namesOf(GUARDS, controller, handler),
        interceptors: namesOf(INTERCEPTORS, controller, handler),
      })),
    );
  });
}

function methodNamesOf(prototype: object): string[] {
  const names = new Set<string>();
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) {
      // Skips getters: they are no handlers, and reading one may run anything.
      if (Object.getOwnPropertyDescriptor(at, name)?.get === undefined) names.add(name);
    }
  }
  return [...names].filter((name) => name !== 'constructor');
}

function pathsOf(given: unknown): string[] {
  const paths = typeof given === 'string' ? [given] : ((given ?? ['']) as string[]);
  return paths.map((path) => path.replaceAll(/^\/+|\/+$/g, ''));
}

function namesOf(key: string, controller: AnyClass, handler: object): string[] {
  const given = [read(key, controller), read(key, handler)] as (object[] | undefined)[];
  const all = given.flatMap((one) => one ?? []);
  return all.map((one) => (typeof one === 'function' ? one.name : one.constructor.name));
}

function read(key: string, target: object): unknown {
  return Reflect.getMetadata(key, target);
}
