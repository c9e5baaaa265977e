import { createHash, timingSafeEqual } from 'node:crypto';

import type { AccessLevel } from '../common/http/secondary-listener.options.ts';
import { capped, isAccessLevel, type Visitor } from './access.ts';
import { FailedTries } from './failed-tries.ts';
import { AccessError } from './meta.errors.ts';
import type { MetaRequest, MetaSetup } from './setup.ts';

interface KnownUser {
  hash: Buffer;
  access: AccessLevel;
}

/**
 * Identifies visitors. Without `users` and `authenticate`, every visitor gets `maxAccess`. Only
 * wrong credentials are rate-limited: otherwise anyone could lock operators out.
 */
export class Authenticator {
  readonly #users: ReadonlyMap<string, KnownUser>;
  readonly #setup: MetaSetup;
  readonly #maxAccess: AccessLevel;
  readonly #failed: FailedTries;

  constructor(setup: MetaSetup, maxAccess: AccessLevel, now: () => number = Date.now) {
    this.#setup = setup;
    this.#maxAccess = maxAccess;
    this.#failed = new FailedTries(now);
    const users = Object.entries(setup.users ?? {});
    this.#users = new Map(
      users.map(([name, { password, access }]) => [name, { hash: hashOf(password), access }]),
    );
  }

  /** Whether visitors can log in with name and password. */
  get asksForPasswords(): boolean {
    return this.#users.size > 0;
  }

  /** @throws AccessError for an unknown visitor */
  async visitorOf(request: MetaRequest): Promise<Visitor> {
    const { authenticate } = this.#setup;
    if (this.#users.size === 0 && authenticate === undefined) {
      return { name: 'anyone on this machine', access: this.#maxAccess };
    }
    const visitor = this.#userOf(request) ?? (await authenticate?.(request));
    if (visitor === undefined || !isAccessLevel(visitor.access)) throw this.#refusal(request);
    return { name: visitor.name, access: capped(visitor.access, this.#maxAccess) };
  }

  #refusal({ headers, remoteAddress }: MetaRequest): AccessError {
    const tried = headers.authorization ?? headers.cookie;
    // A request without credentials is no failed login.
    if (tried === undefined) return new AccessError('Authentication required', 401);
    const [name = ''] = basicCredentials(headers.authorization) ?? [];
    return this.#failed.add(remoteAddress, name)
      ? new AccessError('Too many failed logins; try again in a minute', 429)
      : new AccessError('Wrong user name or password', 401);
  }

  #userOf({ headers }: MetaRequest): Visitor | undefined {
    const [name, password] = basicCredentials(headers.authorization) ?? [];
    if (name === undefined || password === undefined) return undefined;
    const user = this.#users.get(name);
    // An unknown name takes as long as a wrong password.
    const isRight = timingSafeEqual(hashOf(password), user?.hash ?? NOBODY);
    return isRight && user !== undefined ? { name, access: user.access } : undefined;
  }
}

const NOBODY = Buffer.alloc(32);

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function basicCredentials(header: string | undefined): [string, string] | undefined {
  const [, encoded] = /^basic ([\w+/=-]{1,1024})$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}
