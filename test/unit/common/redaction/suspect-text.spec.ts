import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isSuspect } from '../../../../lib/common/redaction/suspect-text.ts';

/** All that may hold a secret, slower and by one pattern. */
const SUSPECT = /:\/\/|[\w-]["']?\s{0,3}[:=]|bearer|basic|eyJ|\d(?:[ -]?\d){12}/;
const SUSPECT_IN_ANY_CASE = /bearer|basic/i;

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('Bea', 'rer', 'BASIC', 'bas', 'ic', 'ey', 'eyJ', 'e', 'J'),
  fc.constantFrom(':', '=', '://', ' ', '-', '--'),
  fc.stringMatching(/^\d{1,13}$/),
);

const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('isSuspect', () => {
  it('misses no text in which a secret could be', () => {
    fc.assert(
      fc.property(text, (one) => {
        if (SUSPECT.test(one) || SUSPECT_IN_ANY_CASE.test(one)) expect(isSuspect(one)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['an id', '7f9c24e8-3b12-4fef-91e0-56a2d0bd72ca'],
    ['an address', '192.0.2.117'],
    ['a sentence', 'twelve bees are easily seen at 1234 - 5678 - 9012 - 3456'],
    ['a path', '/receipts/newest'],
    ['twelve digits', '123456789012'],
    ['digits apart', '123456  789012  345678'],
    ['nothing', ''],
  ])('finds nothing in %s', (_name, one) => {
    expect(isSuspect(one)).toBe(false);
  });
});
