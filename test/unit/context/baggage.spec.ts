import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatBaggage, parseBaggage } from '../../../lib/context/baggage.ts';

const allowed = new Set(['tenant', 'plan']);

describe('baggage', () => {
  it('reads the allowed entries, and nothing else', () => {
    const header = 'tenant=a%20b;meta=1, secret=x ,plan = gold, broken, tenants=y';
    expect(parseBaggage(header, allowed)).toEqual({ tenant: 'a b', plan: 'gold' });
  });

  it('leaves out an entry with broken encoding', () => {
    expect(parseBaggage('tenant=%E0%A4%A,plan=gold', allowed)).toEqual({ plan: 'gold' });
  });

  it('reads nothing of a header of more than 8,192 bytes', () => {
    expect(parseBaggage(`tenant=${'x'.repeat(8_185)}`, allowed)).not.toEqual({});
    expect(parseBaggage(`tenant=${'x'.repeat(8_186)}`, allowed)).toEqual({});
  });

  it('writes no more than 8,192 bytes', () => {
    const baggage = { tenant: 'é'.repeat(2_000), plan: 'gold' };
    expect(formatBaggage(baggage)).toBe('plan=gold');
  });

  it('reads its own output', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (tenant) => {
        expect(parseBaggage(formatBaggage({ tenant }), allowed)).toEqual({ tenant });
      }),
    );
  });
});
