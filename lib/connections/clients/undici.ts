import type { Socket } from 'node:net';
import { callbackify } from 'node:util';

import { Agent, type buildConnector, type Dispatcher, Pool } from 'undici';

import { Context } from '../../context/context.ts';
import type { RequestContext } from '../../context/request-context.ts';
import type { Dialer, Propagation } from '../dialer.ts';
import { inBootScope } from './boot-scope.ts';
import { headersFor } from './headers.ts';
import { secure } from './secure.ts';

export type ServiceDispatcherOptions = Omit<Agent.Options, 'connect' | 'factory'>;

/** What of undici's options limits a wait; its own default is 300 s for both. */
type Limits = Pick<Agent.Options, 'headersTimeout' | 'bodyTimeout'>;

const DEFAULT_LIMIT_MS = 300_000;

/** Origins whose host name is kept. */
const MAX_ORIGINS = 256;

/**
 * A dispatcher for `fetch` and `undici`'s `request`, whose URLs name services: `http://rates/eur`.
 * It adds the headers that the service may have of the present request, and waits no longer for
 * head or body of an answer than the service's `readTimeoutMs`, or than the request has time.
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
  const factory = (origin: string | URL, all: object): Dispatcher => {
    const { readTimeoutMs } = dialer.describe(new URL(origin).hostname);
    const limits = { headersTimeout: readTimeoutMs, bodyTimeout: readTimeoutMs };
    return new Pool(origin, { ...limits, ...all });
  };
  const agent = new Agent({ ...options, connect: serviceConnector(dialer), factory });
  return agent.compose(forPresentRequest(dialer, options));
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
  const { tls, address, connectTimeoutMs } = dialer.describe(service);
  if (protocol === 'http:' || tls !== undefined) return dialer.connect(service);
  const signal = AbortSignal.timeout(connectTimeoutMs);
  const socket = await dialer.connect(service, { tls: 'none' });
  return secure(socket, { servername: address.host }, signal);
}

function forPresentRequest(
  dialer: Dialer,
  limits: Limits,
): Dispatcher.DispatcherComposeInterceptor {
  const hostOf = hostNames();
  return (dispatch) => (options, handler) => {
    const context = Context.current();
    if (context === undefined) return dispatch(options, handler);
    context.throwIfAborted();
    const { propagate, readTimeoutMs } = dialer.describe(hostOf(String(options.origin)));
    const own = { headersTimeout: readTimeoutMs, bodyTimeout: readTimeoutMs, ...limits };
    return dispatch(prepared({ ...own, ...options }, context, propagate), handler);
  };
}

function prepared(
  options: Dispatcher.DispatchOptions,
  context: RequestContext,
  propagate: Propagation,
): Dispatcher.DispatchOptions {
  const headers = withHeaders(options.headers ?? null, headersFor(propagate));
  if (context.deadline === Infinity) return { ...options, headers };
  const remainingMs = Math.max(1, Math.ceil(context.remainingMs));
  const clamp = (ms: number | null | undefined): number =>
    ms === 0 ? remainingMs : Math.min(ms ?? DEFAULT_LIMIT_MS, remainingMs);
  return {
    ...options,
    headers,
    headersTimeout: clamp(options.headersTimeout),
    bodyTimeout: clamp(options.bodyTimeout),
  };
}

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']> | null;

/** What the caller has set counts more than what we would add. */
function withHeaders(given: Headers, added: Readonly<Record<string, string>>): Headers {
  const names = Object.keys(added);
  if (names.length === 0) return given;
  const pairs = pairsOf(given);
  const own = new Set(pairs.map(([name]) => name.toLowerCase()));
  const missing = names.filter((name) => !own.has(name)).map((name) => [name, added[name]]);
  return new Map([...pairs, ...missing] as [string, string][]);
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

/** Host names of origins, remembered: to take a URL apart costs as much as all the rest. */
function hostNames(): (origin: string) => string {
  const known = new Map<string, string>();
  return (origin) => {
    const host = known.get(origin) ?? new URL(origin).hostname;
    if (known.size === MAX_ORIGINS) known.clear();
    known.set(origin, host);
    return host;
  };
}
