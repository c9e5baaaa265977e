import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { labAnswer } from '../../support/raw-connection.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('A worker whose loop is blocked for good', () => {
  it('leaves its last stack when it is killed, and does not hold up the end of its group', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 1, supervision: { stalledAfterMs: 500, hungAfterMs: 3_000 } },
    });
    const { pid } = labAnswer(await group.get('/lab/spin?ms=600000'));
    const next = await group.untilWorker(
      0,
      'replaced',
      (one) => one.pid !== pid && one.state === 'READY',
      { withinMs: 20_000 },
    );
    // Node's own functions may be the innermost ones.
    const stack = next.lastExit?.stack?.filter((frame) => !frame.includes('(node:'));
    expect(stack?.[0]).toMatch(/lab\.controller\.ts:\d+:\d+\)$/);
    expect(group.log.find(({ msg }) => msg === 'worker ended')?.['at']).toMatch(/lab\.controller/);

    await group.get('/lab/spin?ms=2000');
    await until('the block', async () => (await group.workers())[0]?.state === 'STALLED');
    const startedAt = performance.now();
    group.signal('SIGTERM');
    const exit = await group.untilExited({ withinMs: 20_000 });
    report('End while blocked', { 'ended after ms': performance.now() - startedAt });
    expect(exit).toEqual({ code: 0, signal: null });
    expect(group.output).not.toContain('debugger');
  });
});
