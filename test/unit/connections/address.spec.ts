import { describe, expect, it } from 'vitest';

import { addressText, resolveTiers } from '../../../lib/connections/address.ts';

const parse = (text: string) => resolveTiers('tiers', text);

describe('addresses', () => {
  it.each([
    ['db.local:5432', { kind: 'host', host: 'db.local', port: 5_432, weight: 1 }],
    ['10.0.0.1:80*2.5', { kind: 'host', host: '10.0.0.1', port: 80, weight: 2.5 }],
    ['[::1]:80', { kind: 'host', host: '::1', port: 80, weight: 1 }],
    ['unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock', weight: 1 }],
    ['srv:_pg._tcp.local*3', { kind: 'srv', name: '_pg._tcp.local', weight: 3 }],
  ])('are read from %s', (text, expected) => {
    expect(parse(text)).toEqual([[expected]]);
  });

  it('are told apart in tiers', () => {
    const tiers = parse('a:1, b:2 ; c:3');
    expect(tiers.map((tier) => tier.map(addressText))).toEqual([['a:1', 'b:2'], ['c:3']]);
  });

  it.each([
    '',
    'nohost',
    'host:',
    'host:0',
    'host:70000',
    ':80',
    'a:1;',
    'a:1*0',
    'a b:1',
    '::1:80',
  ])('are refused as %j', (text) => {
    expect(() => parse(text)).toThrow(/tiers/);
  });

  it('may be objects', () => {
    const tiers = resolveTiers('tiers', [
      [{ host: 'a', port: 1, weight: 2 }],
      [{ path: '/x' }, { srv: 's' }],
    ]);
    expect(tiers.flat().map(addressText)).toEqual(['a:1', 'unix:/x', 'srv:s']);
  });

  it.each([
    [[[{ host: 'a', port: 1, wieght: 2 }]], 'tiers[0][0].wieght'],
    [[[{ host: 'a', port: 0 }]], 'tiers[0][0].port'],
    [[[]], 'tiers[0]'],
    [[], 'tiers'],
    [undefined, 'tiers'],
  ])('name what is wrong in %j', (tiers, name) => {
    expect(() => resolveTiers('tiers', tiers as never)).toThrow(name);
  });
});
