import { describe, expect, it } from 'vitest';

import {
  deepFreeze,
  integerOption,
  objectOption,
  stringOption,
} from '../../../../lib/common/options/checks.ts';

const range = { min: 1, max: 10 };

describe('option checks', () => {
  it('returns a whole number in range', () => {
    expect(integerOption('workers', 10, range)).toBe(10);
  });

  it.each([0, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'names option, value and range of %s',
    (value) => {
      expect(() => integerOption('workers', value, range)).toThrow(
        new RangeError(`workers must be a whole number from 1 to 10. Received ${value}.`),
      );
    },
  );

  it('throws another error for a wrong type than for a wrong value', () => {
    expect(() => integerOption('workers', '4', range)).toThrow(
      new TypeError("workers must be a number. Received '4'."),
    );
    expect(() => stringOption('meta.host', '')).toThrow(TypeError);
  });

  it('names an option that does not exist and those that do', () => {
    expect(() => objectOption('meta', { prot: 1 } as { port?: number }, ['port'])).toThrow(
      new TypeError('meta.prot is not an option. Known: port.'),
    );
    expect(() => objectOption('meta', [] as object, [])).toThrow(TypeError);
  });

  it('freezes all the way down', () => {
    const frozen = deepFreeze({ a: { b: [1] } });
    expect(Object.isFrozen(frozen.a)).toBe(true);
    expect(Object.isFrozen(frozen.a.b)).toBe(true);
  });
});
