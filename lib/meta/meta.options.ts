import { secondaryListenerOptions } from '../common/http/secondary-listener.options.ts';
import { featureOptions } from '../common/options/feature-options.ts';
import { option, optional } from '../common/options/kind.ts';
import { flag, listOf, text } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

export const metaOptions = optionGroup({
  /**
   * Names of environment variables whose values are shown; of others, only the names are. A value
   * whose name sounds secret is never shown.
   */
  showEnv: option(listOf(text, 'a list of names'), []),
  /** Paths of PEM certificates whose expiry is watched. */
  certificates: option(listOf(text, 'a list of paths'), []),
  /**
   * Names of further fields whose values are hidden, in any spelling: in logs too, like `redact` of
   * `ButtressModule`, which is the place for them.
   */
  redact: option(listOf(text, 'a list of names'), []),
  /** Whether the application's own listener serves `/livez` and `/readyz` too. */
  probes: option(flag, false),
  /**
   * Listener of the pages of a process without a `Group`; absent: no pages. In a Group, the Group's
   * `meta` configures it.
   */
  listener: optional(secondaryListenerOptions),
});

/** Options of `MetaModule`. */
export interface MetaModuleOptions extends GivenOf<typeof metaOptions> {}

export type ResolvedMetaOptions = ResolvedOf<typeof metaOptions>;

export const META_OPTIONS = featureOptions('meta', metaOptions);
