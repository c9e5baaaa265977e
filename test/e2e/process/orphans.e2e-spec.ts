import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { requestText } from '../../support/raw-connection.ts';
import { startGroup, survivors } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 5_000;

describe('Workers of a primary that is killed', () => {
  it.each([
    ['as it is by default', {}],
    ['when no stacks of blocked loops are taken', { blockedLoop: false }],
  ] as const)('R18 A worker in an endless loop ends within 5 s, %s.', async (_how, options) => {
    const group = await startGroup({ app: 'lab.app', options });
    const pids = group.log.flatMap(({ msg, pid }) =>
      msg === 'worker ready' || msg === 'meta process ready' ? [Number(pid)] : [],
    );
    expect(pids).toHaveLength(3);
    group.connect().send(requestText('/lab/work?ms=600000'));
    await until('a blocked worker', async () =>
      (await group.workers()).some(({ state }) => state === 'STALLED'),
    );
    group.signal('SIGKILL');
    const killedAt = performance.now();
    await until('all processes gone', () => survivors(pids).length === 0, {
      withinMs: LIMIT_MS,
    });
    report('R18', { 'gone after ms': performance.now() - killedAt, 'limit ms': LIMIT_MS });
    expect(survivors(pids)).toEqual([]);
  });
});
