import { featureOptions } from '../../common/options/feature-options.ts';
import { option } from '../../common/options/kind.ts';
import { type GivenOf, optionGroup } from '../../common/options/option-group.ts';
import { drainOptions } from '../drain.options.ts';

export const singleOptions = optionGroup({
  drain: option(drainOptions, {}),
});

/** Options of `runSingle`. */
export interface RunSingleOptions extends GivenOf<typeof singleOptions> {}

export const SINGLE_OPTIONS = featureOptions('', singleOptions);
