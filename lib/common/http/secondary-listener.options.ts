import { isIP } from 'node:net';

import { outOfRange } from '../errors/wrong-use.ts';
import { optionName } from '../options/checks.ts';
import { derived, option, optional } from '../options/kind.ts';
import { choice, existingModule, listOf, text, textLike, whole } from '../options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../options/option-group.ts';

/** Access levels on the secondary listener; each includes those before it. */
export const ACCESS_LEVELS = ['none', 'read', 'operate', 'sensitive'] as const;

/** What a visitor of the secondary listener may do. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** Operations that disturb the service or expose secrets; each must be allowed by name. */
export const GUARDED_OPERATIONS = [
  'cpu-profile',
  'heap-profile',
  'heap-growth',
  'heap-snapshot',
  'diagnostic-report',
  'fail-health',
  'take-out',
  'settings.set',
  'scale',
  'drain',
  'recycle',
  'reload',
] as const;

/** An operation that must be allowed by name. */
export type GuardedOperation = (typeof GUARDED_OPERATIONS)[number];

/** Connections to the secondary listener at once; each costs memory before its first request. */
export const MAX_PAGES_CONNECTIONS = 256;

/** As the docs show a port: without a thousands separator. */
const DEFAULT_PORT = derived('3001', () => 3001);

const hostName = textLike(/^[\w.:[\]-]{1,255}$/, 'the name or address of a host');

export const secondaryListenerOptions = optionGroup(
  {
    /** Address to listen on. Any but loopback requires a `setup` that authenticates. */
    host: option(text, '127.0.0.1'),
    /** Port to listen on. */
    port: option(whole({ min: 0, max: 65_535 }), DEFAULT_PORT),
    /** Unix socket path to listen on instead; only this user may connect. */
    path: optional(text),
    /** Module whose default export is a `MetaSetup`: authentication, branding, redaction. */
    setup: optional(existingModule),
    /**
     * Accepted `Host` names besides `localhost`, `host` and the connection's address. Stops DNS
     * rebinding.
     */
    allowedHosts: option(listOf(hostName, 'a list of host names'), []),
    /** Upper bound on every visitor's access level. */
    maxAccess: option(choice(ACCESS_LEVELS), 'sensitive'),
    /** Guarded operations to allow. */
    allow: option(listOf(choice(GUARDED_OPERATIONS), 'a list of operations'), []),
  },
  (name, listener) => {
    if (isReachable(listener) && listener.setup === undefined) throw unprotected(name, listener);
  },
);

/** Secondary listener: address, authentication and permissions. */
export interface SecondaryListenerOptions extends GivenOf<typeof secondaryListenerOptions> {}

/** `SecondaryListenerOptions` with defaults filled in. */
export type ResolvedSecondaryListener = ResolvedOf<typeof secondaryListenerOptions>;

/** Whether other machines can reach it. */
export function isReachable({
  host,
  path,
}: Pick<ResolvedSecondaryListener, 'host' | 'path'>): boolean {
  return path === undefined && !isLoopback(host);
}

/** Whether a host name or address is loopback. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === 'localhost' || name === '::1' || name.toLowerCase().startsWith('::ffff:127.');
}

function unprotected(name: string, { host }: ResolvedSecondaryListener): RangeError {
  return outOfRange(
    `${optionName(name, 'host')} must be a loopback address unless ${optionName(name, 'setup')} ` +
      `authenticates visitors. Received '${host}'.`,
  );
}
