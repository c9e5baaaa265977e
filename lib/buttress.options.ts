import type { AdmissionModuleOptions } from './admission/admission.options.ts';
import { wrongOption } from './common/errors/wrong-use.ts';
import type { AsyncOptions } from './common/nest/async-options.ts';
import { ASYNC_OPTIONS } from './common/nest/module-options.ts';
import { choiceOption, objectOption, wrongType } from './common/options/checks.ts';
import { featureOptions } from './common/options/feature-options.ts';
import { option } from './common/options/kind.ts';
import { listOf, text } from './common/options/kinds.ts';
import { type GivenOf, optionGroup } from './common/options/option-group.ts';
import { redacting } from './common/redaction/process-redactor.ts';
import type { ConnectionsModuleOptions } from './connections/settings/connections.options.ts';
import type { ContextModuleOptions } from './context/context.options.ts';
import type { LoggingModuleOptions } from './logging/logging.options.ts';
import type { MetaModuleOptions } from './meta/meta.options.ts';
import type { StatsModuleOptions } from './stats/stats.options.ts';
import type { ThreadsModuleOptions } from './threads/threads.options.ts';

/** Options of the module itself. */
export const buttressOptions = optionGroup({
  /**
   * Names of further fields whose values are hidden, in any spelling and at any depth: in logs, on
   * pages, in their JSON, and in incident bundles.
   */
  redact: option(listOf(text, 'a list of names'), []),
});

export const BUTTRESS_OPTIONS = redacting(featureOptions('', buttressOptions));

/** Options of each feature; `false` leaves it out. */
export interface ButtressModuleOptions extends GivenOf<typeof buttressOptions> {
  context?: ContextModuleOptions;
  admission?: AdmissionModuleOptions | false;
  stats?: StatsModuleOptions | false;
  logging?: LoggingModuleOptions | false;
  threads?: ThreadsModuleOptions | false;
  connections?: ConnectionsModuleOptions | false;
  meta?: MetaModuleOptions | false;
}

/** Options of each feature that a factory makes. It leaves none out: `without` does. */
export type ButtressFeatureOptions = {
  [F in keyof ButtressModuleOptions]: Exclude<ButtressModuleOptions[F], false>;
};

/** A feature that can be left out. */
export type OptionalFeature = Exclude<keyof ButtressModuleOptions, 'context' | 'redact'>;

/** Options of `ButtressModule.forRootAsync`. */
export type ButtressAsyncOptions = AsyncOptions<ButtressFeatureOptions> & {
  /**
   * Features to leave out. Nest imports modules before it calls a factory, so no factory decides
   * this. @default none
   */
  without?: readonly OptionalFeature[];
};

export const OPTIONAL_FEATURES = [
  'admission',
  'stats',
  'logging',
  'threads',
  'connections',
  'meta',
] as const satisfies readonly OptionalFeature[];

const KNOWN = ['context', ...OPTIONAL_FEATURES, 'redact'] as const;

const ASYNC = 'ButtressModule.forRootAsync';

/** @throws TypeError naming the unknown feature */
export function checkFeatures(options: ButtressModuleOptions): ButtressModuleOptions {
  return objectOption('ButtressModule.forRoot', options, KNOWN);
}

/** The part of the options that no feature has. */
export function ownOptions({ redact }: ButtressModuleOptions): GivenOf<typeof buttressOptions> {
  return redact === undefined ? {} : { redact };
}

/** Separates `without` from the ways to make options. @throws TypeError naming the wrong option */
export function splitAsyncOptions(options: ButtressAsyncOptions): {
  without: ReadonlySet<OptionalFeature>;
  source: AsyncOptions<ButtressFeatureOptions>;
} {
  const known = [...ASYNC_OPTIONS, 'without'] as const;
  const { without = [], ...source } = objectOption(ASYNC, options, known);
  if (!Array.isArray(without)) throw wrongType(`${ASYNC}.without`, 'a list of features', without);
  const names = without.map((name, index) => {
    return choiceOption(`${ASYNC}.without[${index}]`, name, OPTIONAL_FEATURES);
  });
  return { without: new Set(names), source };
}

/**
 * Checks what the factory of `forRootAsync` returns.
 *
 * @throws TypeError for an unknown feature, for one that is `false`, and for options of one left out
 */
export function checkMadeFeatures(
  made: ButtressFeatureOptions,
  without: ReadonlySet<OptionalFeature>,
): ButtressFeatureOptions {
  objectOption(ASYNC, made, KNOWN);
  const given: ButtressModuleOptions = made;
  for (const feature of OPTIONAL_FEATURES) {
    if (given[feature] === undefined) continue;
    if (given[feature] === false && !without.has(feature)) throw tooLate(feature);
    if (given[feature] !== false && without.has(feature)) throw leftOut(feature);
  }
  return made;
}

function tooLate(feature: OptionalFeature): TypeError {
  return wrongOption(
    `A factory of ${ASYNC} cannot leave ${feature} out: Nest has imported its module by then. ` +
      `Give without: ['${feature}'] beside the factory instead of ${feature}: false.`,
  );
}

function leftOut(feature: OptionalFeature): TypeError {
  return wrongOption(
    `${ASYNC}.without leaves ${feature} out, but the factory returns options for it: remove one.`,
  );
}
