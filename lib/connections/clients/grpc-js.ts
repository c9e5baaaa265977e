import { experimental, Metadata, status } from '@grpc/grpc-js';

import { wrongType } from '../../common/options/checks.ts';
import { outside } from '../../common/outside.ts';
import type { Dialer, ResolvedAddress } from '../dialer.ts';

type Listener = experimental.ResolverListener;
type Target = experimental.GrpcUri;
type Endpoints = experimental.Endpoint[];

/** RFC 3986, section 3.1. */
const SCHEME = /^[a-z][a-z\d+.-]*$/;

/**
 * Registers a resolver for targets like `service:rates` with `@grpc/grpc-js`: the addresses of the
 * first tier that is up, resolved again when a connection is lost. The client connects itself, with
 * its own time limits and TLS (credentials), so health marks and limits do not see its connections.
 *
 * @param scheme URI scheme before the service's name, in lower case
 * @example
 * registerGrpcResolver(connections);
 * new RatesClient('service:rates', credentials.createInsecure());
 */
export function registerGrpcResolver(dialer: Dialer, scheme = 'service'): void {
  if (typeof scheme !== 'string' || !SCHEME.test(scheme)) {
    throw wrongType('The scheme of registerGrpcResolver', 'a URI scheme in lower case', scheme);
  }
  class Resolver extends ServiceResolver {
    static getDefaultAuthority({ path }: Target): string {
      const { host, port } = dialer.describe(path).address;
      return port === 0 ? host : `${host}:${port}`;
    }

    constructor({ path }: Target, listener: Listener) {
      super((signal) => dialer.resolve(path, { signal }), listener);
    }
  }
  experimental.registerResolver(scheme, Resolver);
}

type Resolve = (signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/** Resolver of one channel: one query at a time; the dialer caches answers. */
class ServiceResolver implements experimental.Resolver {
  readonly #resolve: Resolve;
  readonly #listener: Listener;
  #asked: AbortController | undefined;

  constructor(resolve: Resolve, listener: Listener) {
    this.#resolve = resolve;
    this.#listener = listener;
  }

  updateResolution(): void {
    if (this.#asked !== undefined) return;
    const asked = new AbortController();
    this.#asked = asked;
    // All requests share a channel, which resolves again throughout its life.
    void outside(() => this.#ask(asked));
  }

  destroy(): void {
    this.#asked?.abort();
    this.#asked = undefined;
  }

  async #ask(asked: AbortController): Promise<void> {
    const answer = await this.#answer(asked.signal);
    if (this.#asked !== asked) return;
    this.#asked = undefined;
    this.#listener(answer, {}, null, '');
  }

  async #answer(signal: AbortSignal): Promise<experimental.StatusOr<Endpoints>> {
    try {
      const addresses = await this.#resolve(signal);
      return experimental.statusOrFromValue(addresses.map(endpoint));
    } catch (error) {
      const details = error instanceof Error ? error.message : 'no address';
      const failure = { code: status.UNAVAILABLE, details, metadata: new Metadata() };
      return experimental.statusOrFromError(failure);
    }
  }
}

function endpoint(address: ResolvedAddress): Endpoints[number] {
  return { addresses: ['path' in address ? { path: address.path } : address] };
}
