import { describe, expect, expectTypeOf, it } from 'vitest';

import { outOfRange } from '../../../../lib/common/errors/wrong-use.ts';
import { derived, option, optional, required } from '../../../../lib/common/options/kind.ts';
import {
  choice,
  flag,
  listOf,
  orFalse,
  recordOf,
  text,
  whole,
} from '../../../../lib/common/options/kinds.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import {
  type GivenOf,
  optionGroup,
  type ResolvedOf,
} from '../../../../lib/common/options/option-group.ts';

const oven = optionGroup(
  {
    heatC: option(whole({ min: 50, max: 300 }), 180),
    trays: option(
      whole({ min: 1, max: 64 }),
      derived('2 x workers', ({ workers }) => 2 * workers),
    ),
    loaves: option(
      whole({ min: 0, max: 1_000 }),
      derived('4 x trays', (_, { trays }: { trays: number }) => 4 * trays),
    ),
  },
  (name, { trays, loaves }) => {
    if (loaves < trays) throw outOfRange(`${name}.loaves must not be less than trays.`);
  },
);

const bakery = optionGroup({
  town: required(text),
  motto: optional(text),
  oven: option(oven, {}),
  alarm: option(orFalse(oven, undefined), {}),
  kinds: option(listOf(choice(['rye', 'spelt']), 'a list of kinds'), ['rye']),
  shops: option(recordOf(oven), {}),
  isOpen: option(flag, true),
});

const machine = thisMachine({ workers: 3 });

function resolve(given: unknown): ResolvedOf<typeof bakery> {
  return bakery.check('bakery', given, machine);
}

describe('A group of options', () => {
  it('fills in literal defaults, and those derived from the machine and from other options.', () => {
    expect(resolve({ town: 'Ulm' })).toEqual({
      town: 'Ulm',
      motto: undefined,
      oven: { heatC: 180, trays: 6, loaves: 24 },
      alarm: { heatC: 180, trays: 6, loaves: 24 },
      kinds: ['rye'],
      shops: {},
      isOpen: true,
    });
  });

  it('keeps what is given, and derives from it.', () => {
    const {
      oven: own,
      alarm,
      shops,
    } = resolve({
      town: 'Ulm',
      oven: { trays: 2 },
      alarm: false,
      shops: { north: { heatC: 90 } },
    });
    expect(own).toEqual({ heatC: 180, trays: 2, loaves: 8 });
    expect(alarm).toBeUndefined();
    expect(shops['north']?.heatC).toBe(90);
  });

  it.each([
    [{ town: 'Ulm', ofen: {} }, 'bakery.ofen is not an option. Known: town, motto, oven'],
    [{ town: 'Ulm', oven: { heat: 1 } }, 'bakery.oven.heat is not an option'],
    [{}, 'bakery.town must be a string that is not empty. Received undefined.'],
    [{ town: null }, 'bakery.town must be a string'],
    [{ town: 'Ulm', motto: 5 }, 'bakery.motto must be a string'],
    [{ town: 'Ulm', oven: null }, 'bakery.oven must be an object. Received null.'],
    [{ town: 'Ulm', oven: { heatC: '90' } }, "bakery.oven.heatC must be a number. Received '90'."],
    [{ town: 'Ulm', oven: { heatC: 20 } }, 'bakery.oven.heatC must be a whole number from 50 to'],
    [{ town: 'Ulm', oven: { loaves: 1 } }, 'bakery.oven.loaves must not be less than trays.'],
    [{ town: 'Ulm', kinds: ['oat'] }, "bakery.kinds[0] must be one of 'rye', 'spelt'"],
    [{ town: 'Ulm', kinds: 'rye' }, 'bakery.kinds must be a list of kinds'],
    [{ town: 'Ulm', shops: { north: 5 } }, 'bakery.shops.north must be an object'],
    [{ town: 'Ulm', isOpen: 'yes' }, 'bakery.isOpen must be true or false'],
    ['Ulm', "bakery must be an object. Received 'Ulm'."],
  ])('refuses %j and names option and value.', (given, message) => {
    expect(() => resolve(given)).toThrow(message);
  });

  it('freezes what it resolves, at every level.', () => {
    const resolved = resolve({ town: 'Ulm' });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(Object.isFrozen(resolved.oven)).toBe(true);
    expect(Object.isFrozen(resolved.kinds)).toBe(true);
  });

  it('checks a derived default like a given value.', () => {
    expect(() => bakery.check('bakery', { town: 'Ulm' }, thisMachine({ workers: 100 }))).toThrow(
      'bakery.oven.trays must be a whole number from 1 to 64. Received 200.',
    );
  });

  it('names the options of the root without a prefix.', () => {
    expect(() => bakery.check('', { ofen: 1 }, machine)).toThrow('ofen is not an option.');
  });

  it('gives the types of given and of resolved options.', () => {
    type Given = GivenOf<typeof bakery>;
    const given: Given = { town: 'Ulm' };
    given.isOpen = false;
    expect(resolve(given).isOpen).toBe(false);
    expectTypeOf<Given['town']>().toEqualTypeOf<string>();
    expectTypeOf<Extract<Given['alarm'], boolean>>().toEqualTypeOf<false>();
    expectTypeOf<ResolvedOf<typeof bakery>['motto']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ResolvedOf<typeof oven>['trays']>().toEqualTypeOf<number>();
  });
});
