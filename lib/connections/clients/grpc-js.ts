import { experimental, Metadata, status } from '@grpc/grpc-js';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer, ResolvedAddress } from '../dialer.ts';

type Listener = experimental.ResolverListener;
type Target = experimental.GrpcUri;
type Endpoints = experimental.Endpoint[];

/**
 * Makes targets like `service:rates` known to `@grpc/grpc-js`: the addresses of the first tier that
 * is up, asked for again whenever a connection is lost. It connects to them itself, with its own
 * time limits and TLS (credentials), and does not tell us how that went.
 *
 * @param scheme what stands before the service's name; lower case
 * @example
 * registerGrpcResolver(connections);
 * new RatesClient('service:rates', credentials.createInsecure());
 */
export function registerGrpcResolver(dialer: Dialer, scheme = 'service'): void {
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

/** Of one channel. One question at a time; the dialer keeps answers for a while. */
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
    // A channel is all requests', and asks again for as long as it lives.
    void inBootScope(() => this.#ask(asked));
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
