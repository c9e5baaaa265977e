import type { IncomingHttpHeaders } from 'node:http';

import { defaultExport } from '../common/module-url.ts';
import {
  ACCESS_LEVELS,
  type AccessLevel,
  isReachable,
  type ResolvedSecondaryListener,
} from '../common/secondary-listener.options.ts';
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

/** Default export of the module that `meta.setup` names; runs in the process of the pages. */
export interface MetaSetup {
  /** Users by name. @default none */
  users?: Readonly<Record<string, MetaUser>>;
  /** Identifies visitors that are not among `users`, with their access; undefined: unknown. */
  authenticate?: (request: MetaRequest) => Visitor | undefined | Promise<Visitor | undefined>;
  /** Title and accent colour (`#rrggbb`) of the pages. */
  brand?: { title?: string; color?: string };
  /** Additional names of fields whose values no page shows. */
  redact?: readonly string[];
}

const COLOUR = /^#[\da-f]{6}$/i;

/**
 * Loads and checks the setup of a listener.
 *
 * @throws MetaSetupError when the module can't be loaded, is invalid, or lets visitors from other
 * machines in without authentication
 */
export async function loadSetup(listener: ResolvedSecondaryListener): Promise<MetaSetup> {
  const setup = listener.setup === undefined ? {} : await importSetup(listener.setup);
  if (isReachable(listener) && setup.authenticate === undefined && setup.users === undefined) {
    throw new MetaSetupError(
      `meta.setup must export \`users\` or \`authenticate\`: ${listener.host} can be reached from other machines`,
    );
  }
  return checked(setup);
}

async function importSetup(url: string): Promise<MetaSetup> {
  const module = (await import(url).catch((cause: unknown) => {
    throw new MetaSetupError(`meta.setup could not be loaded: ${String(cause)}`, { cause });
  })) as object;
  const setup = defaultExport(module);
  if (typeof setup !== 'object' || setup === null) {
    throw new MetaSetupError('meta.setup must have an object as its default export');
  }
  return setup;
}

function checked(setup: MetaSetup): MetaSetup {
  const { users = {}, authenticate, brand, redact = [] } = setup;
  for (const [name, user] of Object.entries(users)) checkUser(name, user);
  if (authenticate !== undefined && typeof authenticate !== 'function') {
    throw new MetaSetupError('meta.setup: authenticate must be a function');
  }
  if (brand?.color !== undefined && !COLOUR.test(brand.color)) {
    throw new MetaSetupError('meta.setup: brand.color must be like #1a6fb0');
  }
  if (!Array.isArray(redact))
    throw new MetaSetupError('meta.setup: redact must be a list of names');
  return setup;
}

function checkUser(name: string, { password, access }: MetaUser): void {
  if (typeof password !== 'string' || password === '') {
    throw new MetaSetupError(
      `meta.setup: "${name}" has no password: is the variable that it comes from set?`,
    );
  }
  if (isAccessLevel(access)) return;
  const known = ACCESS_LEVELS.join(', ');
  throw new MetaSetupError(`meta.setup: access of "${name}" must be one of ${known}`);
}
