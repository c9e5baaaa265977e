import { expect, it } from 'vitest';

import { CallerStats } from '../../../lib/stats/caller-stats.ts';
import { Stats } from '../../../lib/stats/stats.ts';

type Listener = (request: object, answer: object) => void;

/** As much of Fastify as is needed to answer. */
function adapterOf(hooks: ((request: object, reply: object, done: () => void) => void)[]) {
  const addHook = (_name: string, hook: (typeof hooks)[number]): number => hooks.push(hook);
  return { getType: () => 'fastify', getInstance: () => ({ addHook }) };
}

it('Callers beyond the first hundred are counted together, and none is lost.', () => {
  const hooks: Parameters<typeof adapterOf>[0] = [];
  const stats = new Stats();
  CallerStats.attach(adapterOf(hooks), stats, ({ ip }) => ip);
  const answer: Listener = (request, reply) => {
    for (const hook of hooks) hook(request, reply, () => undefined);
  };
  for (let caller = 0; caller < 150; caller++) {
    const reply = { statusCode: 200, elapsedTime: 5, raw: { writableEnded: true } };
    answer({ method: 'GET', ip: `10.0.0.${caller}`, raw: { headers: {} } }, reply);
  }
  const { series = [] } =
    stats.snapshot().find(({ name }) => name === 'buttress.caller.requests') ?? {};
  expect(series).toHaveLength(101);
  expect(series.at(-1)).toEqual({ labels: { caller: 'other' }, data: { total: 50 } });
  expect(stats.limits).toEqual([]);
});
