import { option } from '../../common/options/kind.ts';
import { choice, flag } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../../common/options/option-group.ts';

export const lazySocketOptions = optionGroup({
  /** Side that starts TLS, if any: the service's connection, or the client on top of it. */
  tlsBy: option(choice(['service', 'client']), 'service'),
  /**
   * Whether all requests share the connection and the client reconnects by itself, so that no
   * request's deadline applies. `false`: that of the request that connects applies.
   */
  isShared: option(flag, false),
  /** Whether the server speaks first, so that a missing greeting is a failure. */
  serverSpeaksFirst: option(flag, false),
});

/** Options of `lazySocket`. */
export interface LazySocketOptions extends GivenOf<typeof lazySocketOptions> {}
