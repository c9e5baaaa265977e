import { describe, expect, it } from 'vitest';

import { startConnections } from '../../../support/connections-lab.ts';

function connections() {
  return startConnections({ services: { x: { tiers: '127.0.0.1:1' } } }).manager;
}

/** Options of any type, as from JavaScript. */
type Given = never;

const work = async (): Promise<void> => undefined;

describe('Options of a call', () => {
  it.each([
    [
      { timeout: 5 },
      'ConnectionManager.connect.timeout is not an option. Known: signal, timeoutMs',
    ],
    [{ timeoutMs: '5' }, "ConnectionManager.connect.timeoutMs must be a number. Received '5'"],
    [{ timeoutMs: NaN }, 'ConnectionManager.connect.timeoutMs must be from 0 to 2147483647'],
    [{ timeoutMs: 2 ** 31 }, 'ConnectionManager.connect.timeoutMs must be from 0'],
    [{ signal: 'now' }, "ConnectionManager.connect.signal must be an AbortSignal. Received 'now'"],
    [{ tls: true }, "ConnectionManager.connect.tls must be one of 'service', 'none'"],
    [null, 'ConnectionManager.connect must be an object'],
  ])('are checked by connect: %j', async (options, message) => {
    await expect(connections().connect('x', options as Given)).rejects.toThrow(message);
  });

  it('have no time left below 0, as callers compute it', async () => {
    await expect(connections().connect('x', { timeoutMs: -1 })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_DEADLINE',
    });
  });

  it('may name no retries and no hedge of any work', async () => {
    const options = { retries: 0, hedgeAfterMs: Infinity };
    await expect(connections().run('x', work, options)).rejects.toThrow('127.0.0.1:1');
  });

  it.each([
    // Later leases share the connection.
    [{ tls: 'none' }, 'ConnectionManager.acquire.tls is not an option'],
    [{ serverSpeaksFirst: 1 }, 'ConnectionManager.acquire.serverSpeaksFirst must be true or false'],
  ])('are checked by acquire, which rejects: %j', async (options, message) => {
    await expect(connections().acquire('x', options as Given)).rejects.toThrow(message);
  });

  it('are checked by resolve', async () => {
    await expect(connections().resolve('x', { tls: 'none' } as Given)).rejects.toThrow(
      'ConnectionManager.resolve.tls is not an option. Known: signal, timeoutMs.',
    );
  });

  it.each([
    [{ hedgeAfter: 5 }, 'ConnectionManager.run.hedgeAfter is not an option'],
    [{ idempotent: true, retries: 11 }, 'ConnectionManager.run.retries must be a whole number'],
    [{ idempotent: 'yes' }, 'ConnectionManager.run.idempotent must be true or false'],
    [{ idempotent: true, isRetryable: true }, 'run.isRetryable must be a function'],
    [{ retries: 2 }, 'run.retries is for idempotent work: set ConnectionManager.run.idempotent.'],
    [{ hedgeAfterMs: 2 }, 'run.hedgeAfterMs is for idempotent work'],
    [{ isRetryable: () => true }, 'run.isRetryable is for idempotent work'],
  ])('are checked by run: %j', async (options, message) => {
    await expect(connections().run('x', work, options as Given)).rejects.toThrow(message);
  });

  it('may name retries of work that they say is not idempotent', async () => {
    const { manager, service } = startConnections({ services: { x: { tiers: '127.0.0.1:1' } } });
    const options = { idempotent: false, retries: 2, timeoutMs: Infinity };
    await expect(manager.run('x', work, options)).rejects.toThrow('127.0.0.1:1');
    expect(service('x').requests.requested).toBe(1);
  });

  it('go with work that is a function', async () => {
    await expect(connections().run('x', 'select 1' as Given)).rejects.toThrow(
      "The work of ConnectionManager.run must be a function. Received 'select 1'",
    );
  });

  it('are checked by holdDown and reportOutcome', () => {
    const manager = connections();
    expect(() => manager.holdDown('127.0.0.1:1', NaN)).toThrow('holdDown.forMs must be a whole');
    expect(() => manager.holdDown('', 5)).toThrow('holdDown.address must be a string');
    expect(() => manager.reportOutcome('x', 'failed' as Given)).toThrow(
      "reportOutcome must be one of 'accepted', 'refused'. Received 'failed'",
    );
  });
});

describe('ConnectionManager', () => {
  it('has no members but its calls', () => {
    const prototype = Object.getPrototypeOf(connections()) as object;
    expect(Object.getOwnPropertyNames(prototype).toSorted()).toEqual([
      'acquire',
      'connect',
      'constructor',
      'describe',
      'holdDown',
      'markUp',
      'names',
      'reportOutcome',
      'resolve',
      'run',
      'snapshot',
    ]);
    expect(Object.keys(connections())).toEqual([]);
  });

  it('sheds requests to a service that is reported to refuse them', async () => {
    const { manager, service } = startConnections(
      { services: { x: { tiers: '127.0.0.1:1' } } },
      { random: () => 0 },
    );
    for (let i = 0; i < 50; i++) manager.reportOutcome('x', 'refused');
    expect(service('x').throttle.chance).toBeGreaterThan(0.9);
    for (let i = 0; i < 200; i++) manager.reportOutcome('x', 'accepted');
    expect(service('x').throttle.chance).toBe(0);
  });
});
