import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';

import { routeConfigOf, routeOf } from '../../../../lib/common/http/route-of.ts';

/** What is found of the route of a request, at its start and at its end. */
async function routesOf(method: 'GET' | 'PUT', url: string) {
  const app = fastify();
  const seen: { route: string; config: object | undefined; isPublic: boolean }[] = [];
  const look = (request: Parameters<typeof routeConfigOf>[0]): void => {
    const config = routeConfigOf(request);
    const isPublic = config === request.routeOptions?.config;
    seen.push({ route: routeOf(request), config, isPublic });
  };
  app.addHook('onRequest', async (request) => look(request));
  app.addHook('onResponse', async (request) => look(request));
  app.get('/orders/:id', { config: { own: 1 } }, async () => 'ok');
  app.get('/hidden', (_request, reply) => reply.callNotFound());
  await app.inject({ method, url });
  await app.close();
  return seen;
}

describe('the route of a request', () => {
  it('is its pattern, and the configuration is the one that Fastify shows', async () => {
    const [first, last] = await routesOf('GET', '/orders/1');
    expect(first).toMatchObject({ route: '/orders/:id', config: { own: 1 }, isPublic: true });
    expect(last).toEqual(first);
    expect(last?.config).toBe(first?.config);
  });

  it('is found with each instance of Fastify', async () => {
    await routesOf('GET', '/orders/1');
    const [first] = await routesOf('GET', '/orders/2');
    expect(first).toMatchObject({ route: '/orders/:id', isPublic: true });
  });

  it('is none where none matched', async () => {
    const [first, last] = await routesOf('PUT', '/orders/1');
    expect([first?.route, last?.route]).toEqual(['none', 'none']);
    expect(first?.isPublic).toBe(true);
  });

  it('is none once its handler finds nothing', async () => {
    const [first, last] = await routesOf('GET', '/hidden');
    expect([first?.route, last?.route]).toEqual(['/hidden', 'none']);
  });

  it('is read from the options of a request of another kind', () => {
    expect(routeOf({ routeOptions: { url: '/express/:id' } })).toBe('/express/:id');
    expect(routeOf({})).toBe('none');
    const config = { url: '/own' };
    expect(routeConfigOf({ routeOptions: { config } })).toBe(config);
    expect(routeConfigOf({ routeOptions: { config: 'text' } })).toBeUndefined();
  });
});
