import { option } from '../../common/options/kind.ts';
import { choice } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../../common/options/option-group.ts';

export const amqpOptions = optionGroup({
  /** Side that starts TLS, if any: the service's connection, or the client, for `amqps:` URLs. */
  tlsBy: option(choice(['service', 'client']), 'service'),
});

/** Options of `amqpSocketOptions`. */
export interface AmqpOptions extends GivenOf<typeof amqpOptions> {}
