import { describe, expect, it } from 'vitest';

import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { tierList } from '../../../../lib/connections/settings/address.options.ts';
import { addressText } from '../../../../lib/connections/settings/address.ts';

const parse = (given: unknown) => tierList.check('tiers', given, thisMachine());

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

  it('are parted in tiers', () => {
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
    const tiers = parse([[{ host: 'a', port: 1, weight: 2 }], [{ path: '/x' }, { srv: 's' }]]);
    expect(tiers.flat().map(addressText)).toEqual(['a:1', 'unix:/x', 'srv:s']);
  });

  it('show as text, with the weights that differ from 1', () => {
    expect(tierList.show?.(parse('a:1*2,b:1;srv:s'))).toEqual([['a:1*2', 'b:1'], ['srv:s']]);
  });

  it.each([
    [[[{ host: 'a', port: 1, wieght: 2 }]], 'tiers[0][0].wieght'],
    [[[{ host: 'a', port: 0 }]], 'tiers[0][0].port'],
    [[[{ host: 'a', port: 1, path: '/x' }]], 'tiers[0][0].host'],
    [[[{ host: 'a' }]], 'tiers[0][0].port'],
    [[['a:0']], 'tiers[0][0].port'],
    ['a:1,b:1*0', 'tiers[0][1].weight'],
    [[[]], 'tiers[0]'],
    [[], 'tiers'],
    [undefined, 'tiers'],
  ])('name what is wrong in %j', (tiers, name) => {
    expect(() => parse(tiers)).toThrow(name);
  });
});
