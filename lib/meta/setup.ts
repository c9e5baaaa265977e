import type { IncomingHttpHeaders } from 'node:http';

import { thrownMessage } from '../common/errors/to-error.ts';
import { defaultExport } from '../common/files/module-url.ts';
import {
  ACCESS_LEVELS,
  type AccessLevel,
  isReachable,
  type ResolvedSecondaryListener,
} from '../common/http/secondary-listener.options.ts';
import { objectOption } from '../common/options/checks.ts';
import { isAccessLevel, type Visitor } from './access.ts';
import { MetaSetupError } from './meta.errors.ts';

/** Request as `authenticate` sees it. */
export interface MetaRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
}

/** User with a password (HTTP Basic). */
export interface MetaUser {
  password: string;
  access: AccessLevel;
}

/** Default export of the module that `setup` names; runs in the process of the pages. */
export interface MetaSetup {
  /** Users by name. @default none */
  users?: Readonly<Record<string, MetaUser>>;
  /** Identifies visitors that are not among `users`, with their access; undefined: unknown. */
  authenticate?: (request: MetaRequest) => Visitor | undefined | Promise<Visitor | undefined>;
  /** Title and accent colour (`#rrggbb`) of the pages. */
  brand?: { title?: string; color?: string };
  /**
   * Address of a trace in your tracing system, linked from the page of a request:
   * `https://tempo.example/trace/{traceId}`. @default no link
   */
  traceUrl?: string;
  /**
   * Names of further fields whose values no page shows. Only for what this process alone should
   * hide: `redact` of `ButtressModule` hides in the workers, and so in logs too.
   */
  redact?: readonly string[];
}

const KEYS = ['users', 'authenticate', 'brand', 'traceUrl', 'redact'] as const;

/** Placeholder in `traceUrl`. */
const TRACE_ID = '{traceId}';

const COLOUR = /^#[\da-f]{6}$/i;

/**
 * Loads and checks the setup of a listener.
 *
 * @param name of the option, for errors
 * @throws MetaSetupError when the module can't be loaded, is invalid, or lets visitors from other
 * machines in without authentication
 */
export async function loadSetup(
  name: string,
  listener: ResolvedSecondaryListener,
): Promise<MetaSetup> {
  const setup = listener.setup === undefined ? {} : await importSetup(name, listener.setup);
  if (isReachable(listener) && setup.authenticate === undefined && setup.users === undefined) {
    throw new MetaSetupError(
      `${name} must export \`users\` or \`authenticate\`: ${listener.host} can be reached from other machines`,
    );
  }
  return checked(name, setup);
}

async function importSetup(name: string, url: string): Promise<MetaSetup> {
  const module = (await import(url).catch((cause: unknown) => {
    throw new MetaSetupError(`${name} could not be loaded: ${String(cause)}`, { cause });
  })) as object;
  const setup = defaultExport(module);
  if (typeof setup !== 'object' || setup === null) {
    throw new MetaSetupError(`${name} must have an object as its default export`);
  }
  return setup;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A misspelled `authenticate` would let everybody in. */
function refuseUnknownKeys(name: string, setup: MetaSetup): void {
  const { users = {}, brand } = setup;
  try {
    // An instance of a class may keep more, such as what its `authenticate` asks.
    if (isPlain(setup)) objectOption(name, setup, KEYS);
    if (brand !== undefined) objectOption(`${name}.brand`, brand, ['title', 'color']);
    for (const [who, user] of Object.entries(users)) {
      objectOption(`${name}.users.${who}`, user, ['password', 'access']);
    }
  } catch (cause) {
    throw new MetaSetupError(thrownMessage(cause), { cause });
  }
}

/** Without the value, as a misplaced one may be a password. */
function checkShape(name: string, users: unknown): void {
  if (!isObject(users))
    throw new MetaSetupError(`${name}: users must be an object of users by name`);
  for (const [who, user] of Object.entries(users)) {
    if (isObject(user)) continue;
    throw new MetaSetupError(`${name}: "${who}" must be an object with password and access`);
  }
}

function checked(name: string, setup: MetaSetup): MetaSetup {
  const { users = {}, authenticate, brand, redact = [], traceUrl } = setup;
  checkShape(name, users);
  refuseUnknownKeys(name, setup);
  for (const [who, user] of Object.entries(users)) checkUser(name, who, user);
  if (authenticate !== undefined && typeof authenticate !== 'function') {
    throw new MetaSetupError(`${name}: authenticate must be a function`);
  }
  checkBrand(name, brand);
  checkTraceUrl(name, traceUrl);
  if (!isListOfNames(redact)) {
    throw new MetaSetupError(`${name}: redact must be a list of names`);
  }
  return setup;
}

function checkBrand(name: string, brand: MetaSetup['brand']): void {
  if (brand?.color !== undefined && !COLOUR.test(brand.color)) {
    throw new MetaSetupError(`${name}: brand.color must be like #1a6fb0`);
  }
}

function checkTraceUrl(name: string, traceUrl: unknown): void {
  if (traceUrl !== undefined && !isTraceUrl(traceUrl)) {
    throw new MetaSetupError(
      `${name}: traceUrl must be an http or https URL that contains ${TRACE_ID}`,
    );
  }
}

/** Whether a template leads to a web page: a link of another scheme could run code. */
function isTraceUrl(template: unknown): boolean {
  if (typeof template !== 'string' || !template.includes(TRACE_ID)) return false;
  const url = URL.parse(traceUrlOf(template, '0'.repeat(32)));
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}

/** Address of one trace. */
export function traceUrlOf(template: string, traceId: string): string {
  return template.replaceAll(TRACE_ID, encodeURIComponent(traceId));
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function checkUser(name: string, who: string, { password, access }: MetaUser): void {
  if (typeof password !== 'string' || password === '') {
    throw new MetaSetupError(
      `${name}: "${who}" has no password. Is the variable that it comes from set?`,
    );
  }
  if (isAccessLevel(access)) return;
  const known = ACCESS_LEVELS.join(', ');
  throw new MetaSetupError(`${name}: access of "${who}" must be one of ${known}`);
}
