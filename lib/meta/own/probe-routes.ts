import type { Checks } from '../../common/checks/checks.ts';
import { processLifecycle } from '../../common/process/lifecycle.ts';

/** Common part of Fastify's reply and Express's response. */
interface Reply {
  status(status: number): this;
  header(name: string, value: string): this;
  type(contentType: string): this;
  send(text: string): unknown;
}

/** Part of an HTTP adapter's instance that is used here. */
interface Routed {
  get?: (path: string, handler: (request: unknown, reply: Reply) => unknown) => unknown;
}

/**
 * Serves `/livez` and `/readyz` on the application's own listener, outside of Nest: no prefix,
 * guard or interceptor applies. In a group they agree with its probes and pages.
 */
export function serveProbes(instance: unknown, checks: Checks): void {
  const { get } = instance as Routed;
  const add = get?.bind(instance);
  add?.('/livez', (_request, reply) => answer(reply, 200, 'ok'));
  add?.('/readyz', async (_request, reply) => {
    return (await isReady(checks)) ? answer(reply, 200, 'ok') : answer(reply, 503, 'not ready');
  });
}

async function isReady(checks: Checks): Promise<boolean> {
  const { phase, identity, isGroupReady } = processLifecycle();
  if (phase !== 'SERVING' || !isGroupReady) return false;
  // The group's readiness includes the checks of its workers.
  return identity.mode === 'group' || (await checks.report()).isPassing;
}

function answer(reply: Reply, status: number, text: string): unknown {
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('text/plain')
    .send(`${text}\n`);
}
