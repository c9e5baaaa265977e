import { describe, expect, it } from 'vitest';

import { settingsPerThread } from '../../../../lib/connections/settings/connections-share.ts';
import { resolveConnections } from '../../../../lib/connections/settings/resolve-connections.ts';

describe('the share of a thread', () => {
  it('is divided by the threads, one at least, and can be copied', () => {
    const tls = { servername: 'x', checkServerIdentity: () => undefined };
    const { process, services } = resolveConnections(
      {
        services: {
          a: { tiers: 'a:1', tls, maxConnections: 9, pool: { maxIdle: 8 } },
          b: { tiers: 'b:1', maxConnections: 1, pool: { maxIdle: 0 } },
        },
        sockets: { max: 100 },
      },
      { variables: {} },
    );
    const share = structuredClone(settingsPerThread(process, services, 4));
    expect(share.process.sockets.max).toBe(20);
    expect(share.services.map(({ maxConnections }) => maxConnections)).toEqual([2, 1]);
    expect(share.services.map(({ pool }) => pool.maxIdle)).toEqual([2, 0]);
    expect(share.services[0]?.tls).toEqual({ servername: 'x' });
  });
});
