import { isIP } from 'node:net';

import { existingModuleUrl } from './module-url.ts';
import {
  choiceOption,
  deepFreeze,
  integerOption,
  objectOption,
  stringOption,
  wrongType,
} from './options/checks.ts';
import { outOfRange } from './wrong-use.ts';

/** Access levels on the secondary listener; each includes those before it. */
export const ACCESS_LEVELS = ['none', 'read', 'operate', 'sensitive'] as const;

export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** Operations that disturb the service or expose secrets; each must be allowed by name. */
export const GUARDED_OPERATIONS = [
  'cpu-profile',
  'heap-profile',
  'heap-snapshot',
  'diagnostic-report',
  'drain',
  'recycle',
  'reload',
] as const;

export type GuardedOperation = (typeof GUARDED_OPERATIONS)[number];

/** Connections to the secondary listener at once; each costs memory before its first request. */
export const MAX_PAGES_CONNECTIONS = 256;

/** Secondary listener: address, authentication and permissions. */
export interface SecondaryListenerOptions {
  /**
   * Address to listen on. Any address but loopback requires a `setup` that authenticates.
   * @default '127.0.0.1'
   */
  host?: string;
  /** @default 3001 */
  port?: number;
  /** Unix socket path to listen on instead; only this user may connect. */
  path?: string;
  /**
   * Module whose default export is a `MetaSetup`: authentication, branding, redaction. A URL or an
   * absolute path.
   */
  setup?: URL | string;
  /**
   * Accepted `Host` names besides `localhost`, `host` and the connection's address. Stops DNS
   * rebinding.
   */
  allowedHosts?: readonly string[];
  /** Upper bound on every visitor's access level. @default 'sensitive' */
  maxAccess?: AccessLevel;
  /** Guarded operations to allow. @default none */
  allow?: readonly GuardedOperation[];
}

export interface ResolvedSecondaryListener {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly setup?: string;
  readonly allowedHosts: readonly string[];
  readonly maxAccess: AccessLevel;
  readonly allow: readonly GuardedOperation[];
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_PORT = 3001;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveSecondaryListener(
  name: string,
  given: SecondaryListenerOptions,
): ResolvedSecondaryListener {
  const { host, port, path, setup, allowedHosts, maxAccess, allow } = objectOption(name, given, [
    'host',
    'port',
    'path',
    'setup',
    'allowedHosts',
    'maxAccess',
    'allow',
  ]);
  const resolved = {
    host: stringOption(`${name}.host`, host ?? LOOPBACK),
    port: integerOption(`${name}.port`, port ?? DEFAULT_PORT, { min: 0, max: 65_535 }),
    ...(path === undefined ? {} : { path: stringOption(`${name}.path`, path) }),
    ...(setup === undefined ? {} : { setup: existingModuleUrl(`${name}.setup`, setup) }),
    allowedHosts: hostsOf(`${name}.allowedHosts`, allowedHosts ?? []),
    maxAccess: choiceOption(`${name}.maxAccess`, maxAccess ?? 'sensitive', ACCESS_LEVELS),
    allow: operationsOf(`${name}.allow`, allow ?? []),
  };
  if (isReachable(resolved) && setup === undefined) throw unprotected(name, resolved.host);
  return deepFreeze(resolved);
}

/** Whether other machines can reach it. */
export function isReachable({ host, path }: { host: string; path?: string }): boolean {
  return path === undefined && !isLoopback(host);
}

/** Whether a host name or address is loopback. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === 'localhost' || name === '::1' || name.toLowerCase().startsWith('::ffff:127.');
}

function unprotected(name: string, host: string): RangeError {
  return outOfRange(
    `${name}.host must be a loopback address unless ${name}.setup authenticates visitors. ` +
      `Received '${host}'.`,
  );
}

function operationsOf(
  name: string,
  given: readonly GuardedOperation[],
): readonly GuardedOperation[] {
  if (!Array.isArray(given)) throw wrongType(name, 'a list of operations', given);
  return given.map((one) => choiceOption(name, one, GUARDED_OPERATIONS));
}

/** Validates names and addresses for a `Host` header. */
function hostsOf(name: string, given: readonly string[]): readonly string[] {
  if (!Array.isArray(given)) throw wrongType(name, 'a list of host names', given);
  const stranger: unknown = given.find((one) => !isHostName(one));
  if (stranger !== undefined) throw wrongType(name, 'a list of host names', stranger);
  return [...given];
}

function isHostName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:[\]-]{1,255}$/.test(value);
}
