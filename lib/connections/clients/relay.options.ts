import { type GivenOf, optionGroup } from '../../common/options/option-group.ts';
import { dialOptions } from '../dial.options.ts';

export const relayOptions = optionGroup({
  /** `service`: TLS as configured for the service. `none`: bytes of the client's own TLS. */
  tls: dialOptions.table.tls,
});

/** Options of `relay`. */
export interface RelayOptions extends GivenOf<typeof relayOptions> {}
