import { ClusteredFastifyAdapter } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { adapterOptions } from '../../../../lib/cluster/adapter/adapter.options.ts';
import { processConfig } from '../../../../lib/common/options/config-sources.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';

describe('ClusteredFastifyAdapter', () => {
  it.each([
    [{ sendTimeoutMs: 0 }, RangeError, /^sendTimeoutMs must be a whole number from 1/],
    [{ sendTimeoutMs: '5' }, TypeError, /^sendTimeoutMs must be a number/],
    [{ sendTimeoutMs: '5', connectionTimeout: 1_000 }, TypeError, /^sendTimeoutMs must be/],
    [{ proxyProtocol: {} }, TypeError, /^proxyProtocol\.trust must be a list of addresses/],
    [
      { proxyProtocol: { trust: [], headerTimeoutMs: 0 } },
      RangeError,
      /^proxyProtocol\.headerTimeoutMs must be a whole number from 1 to 3600000/,
    ],
    [
      { proxyProtocol: { trust: [], trusted: [] } },
      TypeError,
      /^proxyProtocol\.trusted is not an option\. Known: trust, headerTimeoutMs/,
    ],
  ])('refuses %j', (options, type, message) => {
    const create = (): unknown => new ClusteredFastifyAdapter(options as never);
    expect(create).toThrow(type);
    expect(create).toThrow(message);
  });

  it('refuses two limits that would share a timer', () => {
    const both = { sendTimeoutMs: 5_000, connectionTimeout: 1_000 };
    expect(() => new ClusteredFastifyAdapter(both)).toThrow(/Give one of the two\.$/);
    const limited = { sendTimeoutMs: false, connectionTimeout: 1_000 } as const;
    expect(() => new ClusteredFastifyAdapter(limited)).not.toThrow();
  });
});

describe('The configuration page', () => {
  it.each([
    { name: 'adapter.proxyProtocol.trust', value: ['::1'], source: 'code' },
    { name: 'adapter.proxyProtocol.headerTimeoutMs', value: 5_000, source: 'default' },
    { name: 'adapter.sendTimeoutMs', value: 60_000, source: 'default' },
  ])('has $name', (entry) => {
    expect(new ClusteredFastifyAdapter({ proxyProtocol: { trust: ['::1'] } })).toBeDefined();
    expect(processConfig().entries()).toContainEqual(entry);
  });
});

describe('adapterOptions', () => {
  it('fills in defaults', () => {
    const trust = ['10.0.0.0/8'];
    expect(adapterOptions.check('', {}, thisMachine())).toEqual({ sendTimeoutMs: 60_000 });
    expect(adapterOptions.check('', { proxyProtocol: { trust } }, thisMachine())).toEqual({
      proxyProtocol: { trust, headerTimeoutMs: 5_000 },
      sendTimeoutMs: 60_000,
    });
  });
});
