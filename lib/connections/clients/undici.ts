import type { Socket } from 'node:net';
import { callbackify } from 'node:util';

import { Agent, type buildConnector, type Dispatcher, Pool } from 'undici';

import { ignore } from '../../common/ignore.ts';
import { outside } from '../../common/outside.ts';
import type { ManagedContext } from '../../context/managed-context.ts';
import { storage } from '../../context/storage.ts';
import type { Dialer, Propagation } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';
import { headersFor } from './headers.ts';
import { keepOneTrace } from './one-trace.ts';
import { passedOptions } from './passed-options.ts';
import { readError } from './read-error.ts';
import { secure, securedBy } from './secure.ts';
import { timedHandler } from './timed-handler.ts';

/** Options of undici's `Agent` that follow from services. */
const OURS = ['connect', 'factory'] as const;

/** Options of `serviceDispatcher`, as for undici's `Agent`. */
export type ServiceDispatcherOptions = Omit<Agent.Options, (typeof OURS)[number]>;

/** Settings that all requests to an origin share. */
interface Plan {
  readonly propagate: Propagation;
  /** Name of a call's step on the request's timeline. */
  readonly step: string;
  /** Translates the error of a call. */
  readonly errorOf: (error: Error) => Error;
  /** Time limits in milliseconds; 0: no limit. */
  readonly limits: { readonly headersTimeout: number; readonly bodyTimeout: number };
}

/** Plans cached at most. */
const MAX_ORIGINS = 256;

/**
 * Creates a dispatcher for `fetch` and undici's `request`, with services as the hosts of URLs:
 * `http://rates/eur`. Adds the headers that the service's `propagate` allows. Limits waits for
 * headers and body to the service's `timeouts.readMs` and the request's remaining time. Each call
 * is a step `rates.call` of the request's timeline, until its answer is complete.
 *
 * @param options as for undici's `Agent`
 * @example
 * const dispatcher = serviceDispatcher(connections);
 * await fetch('http://rates/eur', { dispatcher });
 */
export function serviceDispatcher(
  dialer: Dialer,
  options: ServiceDispatcherOptions = {},
): Dispatcher {
  return new ServiceAgent(dialer, passedOptions('serviceDispatcher', options, OURS));
}

/** A subclass, because an interceptor would cost more than all the work done here. */
class ServiceAgent extends Agent {
  readonly #planOf: (origin: string) => Plan;

  constructor(dialer: Dialer, options: ServiceDispatcherOptions) {
    const planOf = plans(dialer, options);
    const factory = (origin: string | URL, all: object): Dispatcher =>
      new Pool(origin, { ...all, ...planOf(String(origin)).limits });
    super({ ...options, connect: serviceConnector(dialer), factory });
    this.#planOf = planOf;
  }

  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const plan = this.#planOf(String(options.origin));
    const context = storage.getStore();
    const told = context === undefined ? options : prepared(options, context, plan);
    if (plan.propagate.trace) keepOneTrace();
    const start = (): (() => void) => context?.timings.start(plan.step) ?? ignore;
    return super.dispatch(told, timedHandler(handler, { start, errorOf: plan.errorOf }));
  }
}

/** Caches plans by origin: parsing a URL costs as much as all the rest. */
function plans(dialer: Dialer, options: ServiceDispatcherOptions): (origin: string) => Plan {
  const known = new Map<string, Plan>();
  return (origin) => {
    const remembered = known.get(origin);
    if (remembered !== undefined) return remembered;
    const { hostname } = new URL(origin);
    const { name, propagate, readTimeoutMs } = dialer.describe(hostname);
    const headersTimeout = options.headersTimeout ?? readTimeoutMs;
    const bodyTimeout = options.bodyTimeout ?? readTimeoutMs;
    const limits = { headersTimeout, bodyTimeout };
    const errorOf = (error: Error): Error => readError(name, error);
    const plan = { propagate, step: `${hostname}.call`, errorOf, limits };
    if (known.size === MAX_ORIGINS) known.clear();
    known.set(origin, plan);
    return plan;
  };
}

/** Creates a `connect` for undici's dispatchers, which takes a URL's host name as the service. */
export function serviceConnector(dialer: Dialer): buildConnector.connector {
  return ({ hostname, protocol }, callback) => {
    callbackify(open)(dialer, { service: hostname, protocol }, (error, socket) =>
      outside(() => (error === null ? callback(null, socket) : callback(error, null))),
    );
  };
}

/** For `https:`, starts TLS itself if the service has none, for the host of its first address. */
async function open(
  dialer: Dialer,
  { service, protocol }: { service: string; protocol: string },
): Promise<Socket> {
  const { name, tls, address, connectTimeoutMs } = dialer.describe(service);
  if (protocol === 'http:' || tls !== undefined) {
    return connectForRequest(dialer, service);
  }
  const signal = AbortSignal.timeout(connectTimeoutMs);
  const socket = await connectForRequest(dialer, service, { tls: 'none' });
  return securedBy(name, () => secure(socket, { servername: address.host }, signal));
}

/** Adds headers and cuts limits to the remaining time; returns `options` if neither is needed. */
function prepared(
  options: Agent.DispatchOptions,
  context: ManagedContext,
  { propagate, limits }: Plan,
): Agent.DispatchOptions {
  context.throwIfAborted();
  const told = withHeaders(options, headersFor(propagate));
  const headersTimeout = (told.headersTimeout ?? limits.headersTimeout) || Infinity;
  const bodyTimeout = (told.bodyTimeout ?? limits.bodyTimeout) || Infinity;
  const { remainingMs } = context;
  if (remainingMs >= Math.max(headersTimeout, bodyTimeout)) return told;
  const wholeMs = Math.max(1, Math.ceil(remainingMs));
  return {
    ...told,
    headersTimeout: Math.min(headersTimeout, wholeMs),
    bodyTimeout: Math.min(bodyTimeout, wholeMs),
  };
}

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']> | null;

/** Adds headers that the caller has not set. */
function withHeaders(
  options: Agent.DispatchOptions,
  added: Readonly<Record<string, string>>,
): Agent.DispatchOptions {
  const names = Object.keys(added);
  if (names.length === 0) return options;
  const pairs = pairsOf(options.headers ?? null);
  const own = new Set(pairs.map(([name]) => name.toLowerCase()));
  const missing = names.filter((name) => !own.has(name)).map((name) => [name, added[name]]);
  return { ...options, headers: new Map([...pairs, ...missing] as [string, string][]) };
}

type Pair = readonly [string, string | string[] | undefined];

function pairsOf(headers: Headers): Pair[] {
  if (headers === null) return [];
  if (Symbol.iterator in headers) {
    return Array.isArray(headers) ? paired(headers) : ([...headers] as Pair[]);
  }
  return Object.entries(headers);
}

/** Undici's raw form: names and values in turn. */
function paired(flat: readonly string[]): Pair[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]] as const] : []));
}
