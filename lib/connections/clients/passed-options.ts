import { wrongOption } from '../../common/errors/wrong-use.ts';
import { wrongType } from '../../common/options/checks.ts';

/**
 * Checks options that a helper passes on to its client, which knows and checks its own.
 *
 * @param ours options of the client that the helper sets
 * @throws TypeError naming an option that would have no effect
 */
export function passedOptions<T extends object>(
  name: string,
  options: T,
  ours: readonly string[],
): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType(`The options of ${name}`, 'an object', options);
  }
  const taken = ours.find((key) => Reflect.get(options, key) !== undefined);
  if (taken === undefined) return options;
  throw wrongOption(`${name} sets ${taken} itself, for the service: leave it out.`);
}
