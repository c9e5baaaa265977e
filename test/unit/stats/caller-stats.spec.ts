import { expect, it } from 'vitest';

import { CallerStats } from '../../../lib/stats/caller-stats.ts';
import { Stats } from '../../../lib/stats/stats.ts';

type Listener = (request: object, answer: object) => void;

/** As much of Fastify as is needed to answer. */
function adapterOf(hooks: ((request: object, reply: object, done: () => void) => void)[]) {
  const addHook = (_name: string, hook: (typeof hooks)[number]): number => hooks.push(hook);
  return { getType: () => 'fastify', getInstance: () => ({ addHook }) };
}

/** Requests of callers, and what is counted of them. */
function countCallers(): { ask: (caller: string) => void; totals: () => Map<string, number> } {
  const hooks: Parameters<typeof adapterOf>[0] = [];
  const stats = new Stats();
  CallerStats.attach(adapterOf(hooks), stats, ({ ip }) => ip);
  const answer: Listener = (request, reply) => {
    for (const hook of hooks) hook(request, reply, () => undefined);
  };
  return {
    ask(caller) {
      const reply = { statusCode: 200, elapsedTime: 5, raw: { writableEnded: true } };
      answer({ method: 'GET', ip: caller, raw: { headers: {} } }, reply);
    },
    totals() {
      expect(stats.limits).toEqual([]);
      const { series = [] } =
        stats.snapshot().find(({ name }) => name === 'buttress.caller.requests') ?? {};
      return new Map(
        series.map(({ labels, data }) => [
          labels['caller'] ?? '',
          (data as { total: number }).total,
        ]),
      );
    },
  };
}

it('Callers beyond the first fifty are counted together, and none is lost.', () => {
  const { ask, totals } = countCallers();
  for (let caller = 0; caller < 150; caller++) ask(`10.0.0.${caller}`);
  const counted = totals();
  expect(counted.size).toBe(51);
  expect(counted.get('other')).toBe(100);
});

it('A caller that comes often gets figures of its own, however many names a scanner has used before.', () => {
  const { ask, totals } = countCallers();
  for (let scan = 0; scan < 5_000; scan++) ask(`scan ${scan}`);
  for (let request = 0; request < 5_000; request++) ask(`important ${request % 10}`);
  const counted = totals();
  expect([...counted.keys()].filter((name) => name.startsWith('important'))).toHaveLength(10);
  expect(counted.get('important 0')).toBeGreaterThan(300);
  expect([...counted.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000);
});

it('Series of callers are a hundred at most.', () => {
  const { ask, totals } = countCallers();
  for (let request = 0; request < 500 * 100; request++) ask(`caller ${request % 60}`);
  for (let request = 0; request < 500 * 100; request++) ask(`later ${request % 60}`);
  expect(totals().size).toBeLessThanOrEqual(101);
});
