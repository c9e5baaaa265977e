import { processLifecycle } from '../../common/lifecycle.ts';
import type { ReadinessChecks } from './readiness-checks.ts';

/** What of Fastify's reply and of Express's response is needed: they name it alike. */
interface Reply {
  status(status: number): this;
  header(name: string, value: string): this;
  type(contentType: string): this;
  send(text: string): unknown;
}

/** What of an HTTP adapter's instance is needed. */
interface Routed {
  get?: (path: string, handler: (request: unknown, reply: Reply) => unknown) => unknown;
}

/**
 * `/livez` and `/readyz` on the application's own listener, outside of Nest: no prefix, guard or
 * interceptor stands before them. In a group they say what its probes and pages say.
 */
export function serveProbes(instance: unknown, checks: ReadinessChecks): void {
  const { get } = instance as Routed;
  const add = get?.bind(instance);
  add?.('/livez', (_request, reply) => answer(reply, 200, 'ok'));
  add?.('/readyz', async (_request, reply) => {
    return (await isReady(checks)) ? answer(reply, 200, 'ok') : answer(reply, 503, 'not ready');
  });
}

async function isReady(checks: ReadinessChecks): Promise<boolean> {
  const { phase, identity, isGroupReady } = processLifecycle();
  if (phase !== 'SERVING') return false;
  return identity.mode === 'group' ? isGroupReady : (await checks.report()).isReady;
}

function answer(reply: Reply, status: number, text: string): unknown {
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('text/plain')
    .send(`${text}\n`);
}
