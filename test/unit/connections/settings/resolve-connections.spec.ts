import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { ConfigEntry } from '../../../../lib/common/options/config-values.ts';
import { type Machine, thisMachine } from '../../../../lib/common/options/machine.ts';
import { addressText } from '../../../../lib/connections/settings/address.ts';
import type {
  ConnectionsFeatureOptions,
  ConnectionsModuleOptions,
} from '../../../../lib/connections/settings/connections.options.ts';
import {
  resolveConnections as resolveRoot,
  resolveFeature as resolveServices,
  type ResolvedConnections,
} from '../../../../lib/connections/settings/resolve-connections.ts';

function file(content: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), 'connections-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'connections.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function resolveConnections(
  options: ConnectionsModuleOptions,
  variables: Record<string, string> = {},
  facts: Partial<Machine> = {},
) {
  const values: ConfigEntry[] = [];
  const note = (value: ConfigEntry) => void values.push(value);
  return { ...resolveRoot(options, { variables, machine: thisMachine(facts), note }), values };
}

function socketsOf(facts: Partial<Machine>) {
  return resolveConnections({}, {}, facts).process.sockets;
}

function resolveFeature(options: ConnectionsFeatureOptions, root: ResolvedConnections) {
  const values: ConfigEntry[] = [];
  const note = (value: ConfigEntry) => void values.push(value);
  return { services: resolveServices(options, root, { note }), values };
}

function valueOf({ values }: { values: readonly ConfigEntry[] }, name: string) {
  const { value, source } = values.find((one) => one.name === `connections.${name}`) ?? {};
  return { value, source };
}

describe('configuration of connections', () => {
  it('takes each value from code, file or environment, in this order, and notes its source', () => {
    const path = file({
      services: { rates: { timeouts: { tcpMs: 200, tlsMs: 300 } } },
      sockets: { maxQueue: 7 },
    });
    const resolved = resolveConnections(
      {
        services: { rates: { tiers: 'a:1', timeouts: { tcpMs: 100, dnsMs: 50 } } },
        file: path,
      },
      {
        BUTTRESS_CONNECTIONS_RATES: 'b:2;c:3',
        BUTTRESS_CONNECTIONS_RATES__TIMEOUTS__TLS_MS: '400',
        BUTTRESS_CONNECTIONS_DNS__MIN_TTL_MS: '5',
        OTHER: 'x',
      },
    );
    const [rates] = resolved.services;
    expect(rates?.tiers.flat().map(addressText)).toEqual(['b:2', 'c:3']);
    expect(rates?.timeouts).toMatchObject({ dnsMs: 50, tcpMs: 200, tlsMs: 400, waitMs: 1_000 });
    const timeout = (name: string) => valueOf(resolved, `services.rates.timeouts.${name}`);
    expect(timeout('dnsMs')).toEqual({ value: 50, source: 'code' });
    expect(timeout('tcpMs')).toEqual({ value: 200, source: path });
    expect(timeout('tlsMs')).toEqual({ value: 400, source: 'environment' });
    expect(timeout('waitMs')).toEqual({ value: 1_000, source: 'default' });
    expect(valueOf(resolved, 'services.rates.tiers').source).toBe('environment');
    expect(valueOf(resolved, 'sockets.maxQueue')).toEqual({ value: 7, source: path });
    expect(valueOf(resolved, 'dns.minTtlMs')).toEqual({ value: 5, source: 'environment' });
  });

  it('finds a service in the environment however its name is written', () => {
    const environment = { BUTTRESS_CONNECTIONS_EXCHANGE_RATES__THROTTLE: 'false' };
    const services = { 'exchange.Rates': { tiers: 'a:1' } };
    const { services: found } = resolveConnections({ services }, environment);
    expect(found.map(({ name, throttle }) => [name, throttle])).toEqual([
      ['exchange.Rates', false],
    ]);
  });

  it('makes a service of the environment alone', () => {
    const { services } = resolveConnections({}, { BUTTRESS_CONNECTIONS_MAIN_DB: 'db:5432' });
    expect(services.map(({ name }) => name)).toEqual(['main-db']);
  });

  it('gives defaults to all services, which they may change', () => {
    const resolved = resolveConnections(
      {
        defaults: { timeouts: { tcpMs: 10, tlsMs: 20 }, throttle: false },
        services: { a: { tiers: 'a:1' }, b: { tiers: 'b:1', timeouts: { tcpMs: 99 } } },
      },
      {},
    );
    expect(resolved.services.map(({ timeouts }) => [timeouts.tcpMs, timeouts.tlsMs])).toEqual([
      [10, 20],
      [99, 20],
    ]);
    expect(valueOf(resolved, 'services.b.timeouts.tlsMs').source).toBe('code');
    expect(valueOf(resolved, 'defaults.throttle')).toEqual({ value: false, source: 'code' });
    expect(valueOf(resolved, 'services.b.throttle')).toEqual({ value: false, source: 'code' });
  });

  it('merges options that are objects of a class like any other', () => {
    class Rates {
      tiers = 'a:1';
      timeouts = { tcpMs: 10 };
    }
    const { services } = resolveConnections(
      { defaults: { throttle: false }, services: { rates: new Rates() } },
      { BUTTRESS_CONNECTIONS_RATES__TIMEOUTS__TLS_MS: '20' },
    );
    expect(services).toMatchObject([
      { name: 'rates', throttle: false, timeouts: { tcpMs: 10, tlsMs: 20 } },
    ]);
  });

  it('takes lists from one variable', () => {
    const { process, services } = resolveConnections(
      { services: { a: { tiers: 'a:1' } } },
      {
        BUTTRESS_CONNECTIONS_A__ALIASES: 'b, c',
        BUTTRESS_CONNECTIONS_DNS__SERVERS: '10.0.0.1, 10.0.0.2',
      },
    );
    expect(services[0]?.aliases).toEqual(['b', 'c']);
    expect(process.dns.servers).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('shows what is not set, and code, in plain data', () => {
    class Resolver {
      addresses = () => Promise.reject(new Error('nowhere'));
      services = this.addresses;
    }
    const services = { a: { tiers: 'a:1*2;b:1' } };
    const resolved = resolveConnections({ dns: { resolver: new Resolver() }, services });
    expect(valueOf(resolved, 'dns.resolver')).toEqual({ value: '(code)', source: 'code' });
    expect(valueOf(resolved, 'dns.servers')).toEqual({ value: null, source: 'default' });
    expect(valueOf(resolved, 'services.a.aliases')).toEqual({ value: [], source: 'default' });
    expect(valueOf(resolved, 'services.a.tls')).toEqual({ value: false, source: 'default' });
    expect(valueOf(resolved, 'services.a.tiers').value).toEqual([['a:1*2'], ['b:1']]);
    expect(JSON.parse(JSON.stringify(resolved.values))).toEqual(resolved.values);
  });

  it('has defaults that fit the machine', () => {
    expect(socketsOf({ descriptors: 1_000, isProduction: true })).toMatchObject({
      max: 800,
      leakAfterMs: Infinity,
    });
    expect(socketsOf({ descriptors: 1, isProduction: false })).toMatchObject({
      max: 1,
      leakAfterMs: 60_000,
    });
  });

  it('lets file and environment count for services of features, too', () => {
    const root = resolveConnections(
      {},
      { BUTTRESS_CONNECTIONS_AUDIT__TLS: 'true', BUTTRESS_CONNECTIONS_AUDIT: 'x:1' },
    );
    const { services, values } = resolveFeature({ services: { audit: { tiers: 'a:1' } } }, root);
    expect(services[0]?.tls).toEqual({});
    expect(valueOf({ values }, 'services.audit.tls').source).toBe('environment');
  });

  it('lets defaults count for services of features, with their source', () => {
    const root = resolveConnections(
      { defaults: { retry: { retries: 3 } } },
      { BUTTRESS_CONNECTIONS_DEFAULTS__TIMEOUTS__TCP_MS: '5' },
    );
    const { services, values } = resolveFeature({ services: { audit: { tiers: 'a:1' } } }, root);
    expect(services).toMatchObject([{ timeouts: { tcpMs: 5 }, retry: { retries: 3 } }]);
    const option = (name: string) => valueOf({ values }, `services.audit.${name}`);
    expect(option('timeouts.tcpMs')).toEqual({ value: 5, source: 'environment' });
    expect(option('retry.retries')).toEqual({ value: 3, source: 'code' });
    expect(option('tiers')).toEqual({ value: [['a:1']], source: 'code' });
  });

  it.each([
    [{ dns: {} }, 'connections.dns is not an option'],
    [{ services: 5 }, 'connections.services must be an object'],
    [undefined, 'connections must be an object'],
  ])('refuses %j from a feature', (options, message) => {
    const root = resolveConnections({});
    expect(() => resolveFeature(options as never, root)).toThrow(message);
  });

  it('shows which TLS options there are, and none of their values', () => {
    const tls = { key: 'SECRET', passphrase: 'SECRET', servername: 'x' };
    const resolved = resolveConnections({ services: { a: { tiers: 'a:1', tls } } }, {});
    expect(JSON.stringify(resolved.values)).not.toContain('SECRET');
    expect(valueOf(resolved, 'services.a.tls').value).toEqual(['key', 'passphrase', 'servername']);
  });

  it.each([
    [{ services: { a: { tiers: 'a:1', timeouts: { tpcMs: 1 } } } }, 'services.a.timeouts.tpcMs'],
    [{ services: { a: { tiers: 'a:1', timeouts: { tcpMs: 0 } } } }, 'services.a.timeouts.tcpMs'],
    [{ services: { a: {} } }, 'services.a.tiers'],
    [{ services: { 'a b': { tiers: 'a:1' } } }, 'services'],
    [{ services: { a: { tiers: 'a:1', health: { panicBelow: 2 } } } }, 'health.panicBelow'],
    [{ sockets: { max: 0 } }, 'sockets.max'],
    [{ dns: { servers: [] } }, 'dns.servers'],
    [{ dns: { minTtlMs: 5, maxTtlMs: 4 } }, 'dns.maxTtlMs'],
    [{ services: { a: { tiers: 'a:1', health: { downMs: 9, maxDownMs: 8 } } } }, 'maxDownMs'],
    [{ services: { a: { tiers: 'a:1', health: { silenceCounts: true } } } }, 'firstByteMs'],
    [{ services: { a: { tiers: 'a:1', propagate: { remainingTime: 'a b' } } } }, 'remainingTime'],
    [{ services: { a: { tiers: 'a:1', limits: { maxConnections: 1 } } } }, 'services.a.limits'],
    [{ services: { a: { tiers: 'a:1', tls: 'yes' } } }, 'services.a.tls'],
    [{ services: { a: { tiers: 'a:1', aliases: 'b,c d' } } }, 'services.a.aliases[1]'],
    [{ services: [] }, 'services'],
    [{ services: { a: 'a:1' } }, 'services.a'],
    [{ defaults: { timeouts: { tcpMs: 0 } }, services: { a: {} } }, 'defaults.timeouts.tcpMs'],
    [{ defaults: { tiers: 'a:1' } }, 'defaults.tiers'],
    [{ dns: { resolver: { addresses: () => undefined } } }, 'dns.resolver'],
    [{ environment: '' }, 'environment'],
    [{ file: 5 }, 'file'],
    [{ sevices: {} }, 'sevices'],
  ])('names what is wrong in %j', (options, name) => {
    expect(() => resolveConnections(options as never, {})).toThrow(name);
  });

  it('names a file that can not be read', () => {
    expect(() => resolveConnections({ file: '/nowhere.json' }, {})).toThrow('/nowhere.json');
    expect(() => resolveConnections({ file: file('[1]') }, {})).toThrow('a JSON object');
    expect(() => resolveConnections({ file: file('{') }, {})).toThrow('JSON');
  });

  it.each(['file', 'environment'])('refuses a file that sets "%s"', (key) => {
    const path = file({ [key]: 'x' });
    expect(() => resolveConnections({ file: path })).toThrow(`${path} sets "${key}"`);
  });

  it('can not be led to change prototypes', () => {
    const path = file('{"services":{"__proto__":{"polluted":true},"a":{"tiers":"a:1"}}}');
    resolveConnections({ file: path }, {});
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
