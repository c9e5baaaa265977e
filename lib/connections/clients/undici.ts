import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { callbackify } from 'node:util';

import { Agent, type buildConnector, type Dispatcher, Pool } from 'undici';

import { Context } from '../../context/context.ts';
import type { RequestContext } from '../../context/request-context.ts';
import { inBootScope } from '../boot-scope.ts';
import type { Dialer, Propagation } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';
import { headersFor, type OutgoingHeaders } from './headers.ts';
import { readError } from './read-error.ts';
import { secure, securedBy } from './secure.ts';
import { timedHandler } from './timed-handler.ts';

export type ServiceDispatcherOptions = Omit<Agent.Options, 'connect' | 'factory'>;

/** What does not change from request to request to an origin. */
interface Plan {
  readonly propagate: Propagation;
  /** What a call is called on the request's timeline. */
  readonly step: string;
  /** What a call failed with, as it is told. */
  readonly errorOf: (error: Error) => Error;
  /** Of head and body, in milliseconds; 0: none. */
  readonly limits: { readonly headersTimeout: number; readonly bodyTimeout: number };
}

/** Origins whose plans are kept. */
const MAX_ORIGINS = 256;

/**
 * A dispatcher for `fetch` and `undici`'s `request`, whose URLs name services: `http://rates/eur`.
 * It adds the headers that the service may have of the present request, and waits no longer for
 * head or body of an answer than the service's `readTimeoutMs`, or than the request has time. Each
 * call is a step of the request's timeline, `rates.call`, until its answer is whole.
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
  return new ServiceAgent(dialer, options);
}

/** Not composed of an interceptor, which would cost more than all that is done here. */
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
    const context = Context.current();
    const told = context === undefined ? options : prepared(options, context, plan);
    const start = (): (() => void) => context?.timings.start(plan.step) ?? ignore;
    return super.dispatch(told, timedHandler(handler, { start, errorOf: plan.errorOf }));
  }
}

/** Plans by origin, remembered: to take a URL apart costs as much as all the rest. */
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

/** `connect` for undici's dispatchers: of a URL only the host name counts, as a service's name. */
export function serviceConnector(dialer: Dialer): buildConnector.connector {
  return ({ hostname, protocol }, callback) => {
    callbackify(open)(dialer, { service: hostname, protocol }, (error, socket) =>
      inBootScope(() => (error === null ? callback(null, socket) : callback(error, null))),
    );
  };
}

/** With `https:`, TLS by a service that has none of its own is done here, for its host name. */
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

/** As it came, when there is nothing to tell and more time than the limits allow. */
function prepared(
  options: Agent.DispatchOptions,
  context: RequestContext,
  { propagate, limits }: Plan,
): Agent.DispatchOptions {
  context.throwIfAborted();
  const told = withHeaders(options, ourHeaders(context, propagate));
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

/** Undici publishes a request there before it is written: instrumentations add headers to it. */
const created = channel('undici:request:create');

/** What an instrumentation will add is left to it: two of a kind would be none. */
function ourHeaders(context: RequestContext, propagate: Propagation): OutgoingHeaders {
  const headers = headersFor(propagate);
  if (!propagate.trace || !created.hasSubscribers) return headers;
  const { injectedHeaders } = context;
  const ours = Object.entries(headers).filter(([name]) => !injectedHeaders.includes(name));
  return Object.fromEntries(ours);
}

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']> | null;

/** What the caller has set counts more than what we would add. */
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

function ignore(): void {}
