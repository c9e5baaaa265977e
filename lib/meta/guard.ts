import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

import {
  isLoopback,
  type ResolvedSecondaryListener,
} from '../common/http/secondary-listener.options.ts';
import type { AccessLevel } from '../common/http/secondary-listener.options.ts';
import { suffices, type Visitor } from './access.ts';
import type { Authenticator } from './authenticate.ts';
import {
  AccessError,
  ContentTypeError,
  ForeignRequestError,
  HostError,
  MethodError,
} from './meta.errors.ts';

/** Part of a request that the guard checks. */
export interface GuardedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** Local address of the connection; empty on a Unix socket. */
  readonly localAddress: string;
}

/** Default headers of every answer: nothing from other origins, nothing inline, no caching. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** Open to every visitor, under every host name: the answer is one word. */
const PROBES = new Set(['/livez', '/readyz']);

/** Whether a path is a probe, which is always answered. */
export function isProbe(path: string): boolean {
  return PROBES.has(path);
}

/** Paths with methods that change something; all others are read-only. */
const CHANGES: readonly { path: RegExp; methods: readonly string[] }[] = [
  { path: /^\/api\/v1\/log-levels$/, methods: ['GET', 'HEAD', 'POST'] },
  { path: /^\/api\/v1\/operations\/[\da-f]{24}$/, methods: ['GET', 'HEAD', 'DELETE'] },
  { path: /^\/operations\/[\da-f]{24}\/cancel$/, methods: ['POST'] },
  { path: /^\/(?:api\/v1\/)?operations\/(?![\da-f]{24}$)[^/]+$/, methods: ['POST'] },
];

/** Checks every request before anything else sees it. */
export class Guard {
  readonly #listener: ResolvedSecondaryListener;
  readonly #authenticator: Authenticator;

  constructor(listener: ResolvedSecondaryListener, authenticator: Authenticator) {
    this.#listener = listener;
    this.#authenticator = authenticator;
  }

  /**
   * Returns the visitor of a request that passes.
   *
   * @throws MethodError, HostError, ForeignRequestError, ContentTypeError, AccessError
   */
  async admit(request: GuardedRequest): Promise<Visitor> {
    const { method, path } = request;
    refuseMethod(method, path);
    if (isProbe(path)) return { name: 'a probe', access: 'none' };
    this.#refuseHost(request);
    if (!SAFE_METHODS.has(method)) refuseForeign(request);
    const visitor = await this.#authenticator.visitorOf(request);
    const needed: AccessLevel = SAFE_METHODS.has(method) ? 'read' : 'operate';
    demand(visitor, needed);
    return visitor;
  }

  #refuseHost({ headers, localAddress }: GuardedRequest): void {
    const name = hostNameOf(headers.host);
    if (name === undefined) throw new HostError();
    const { host, path, allowedHosts } = this.#listener;
    const isKnown = name === host.toLowerCase() || allowedHosts.some((one) => plain(one) === name);
    if (isKnown || isLoopback(name)) return;
    // Our own IP address is no name that DNS rebinding could point at us.
    const own = localAddress.replace(/^::ffff:/, '');
    if (path === undefined && isIP(name) !== 0 && name === own) return;
    throw new HostError();
  }
}

/** @throws AccessError when the visitor's level is below `needed` */
export function demand({ access }: Visitor, needed: AccessLevel): void {
  if (suffices(access, needed)) return;
  throw new AccessError(`This needs the access level "${needed}"; yours is "${access}"`, 403);
}

function refuseMethod(method: string, path: string): void {
  const known = CHANGES.find((change) => change.path.test(path));
  const allowed = known?.methods ?? ['GET', 'HEAD'];
  if (!allowed.includes(method)) throw new MethodError(allowed.join(', '));
}

/**
 * Accepts changes from our own pages or from no page at all. Goes by `Sec-Fetch-Site` where the
 * browser sends it, else by `Origin`, as Go's CrossOriginProtection does.
 */
function refuseForeign({ headers, method }: GuardedRequest): void {
  const origin = originOf(headers);
  if (origin === 'foreign') {
    throw new ForeignRequestError('Cross-site requests may not change anything');
  }
  if (method === 'DELETE') return;
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  // Any page can send a form without a preflight, so a form must prove its origin.
  if (type === 'application/x-www-form-urlencoded' && origin === 'own') return;
  throw new ContentTypeError('Send the change with content-type: application/json');
}

function originOf({ host, origin, ...headers }: IncomingHttpHeaders): 'own' | 'foreign' | 'none' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site === 'same-origin') return 'own';
    return site === 'none' ? 'none' : 'foreign';
  }
  if (origin === undefined) return 'none';
  return URL.parse(origin)?.host === host ? 'own' : 'foreign';
}

function hostNameOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^[\w.:[\]-]{1,255}$/.test(header)) return undefined;
  return plain(header.replace(/:\d*$/, ''));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}
