import { describe, expect, it } from 'vitest';

import { labAnswer, RawConnection } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('A worker that crashes', () => {
  it.each([
    { by: 'exception', message: 'uncaught exception', text: 'thrown on purpose' },
    { by: 'rejection', message: 'unhandled rejection', text: 'rejected on purpose' },
  ])(
    'logs the request of an $message, answers it, lets others finish, and is replaced',
    async ({ by, message, text }) => {
      const group = await startGroup({
        app: 'crashing.app',
        options: { workers: 1, acceptQueue: PATIENT, drain: { idleGraceMs: 200 } },
      });
      const [worker] = await group.untilAllReady();
      const finishing = group.get('/lab/sleep?ms=2000');
      await group.untilWorker(0, 'busy', ({ inFlight }) => inFlight === 1);
      const crashed = await askAs(group, `/lab/crash?by=${by}`, 'crash-1');

      expect(crashed.status).toBe(500);
      expect(crashed.body).not.toContain(text);
      expect(labAnswer(await finishing).pid).toBe(worker?.pid);
      const record = await until('the record', () => group.log.find(({ msg }) => msg === message));
      expect(record).toMatchObject({ requestId: 'crash-1', err: { message: text } });
      const next = await group.untilWorker(
        0,
        'replaced',
        ({ pid, state }) => pid !== worker?.pid && state === 'READY',
        { withinMs: 20_000 },
      );
      await until('the old one gone', async () => (await group.everyWorker()).length === 1);
      expect(next.pid).not.toBe(worker?.pid);
      const exit = group.log.find(({ msg, pid }) => msg === 'worker ended' && pid === worker?.pid);
      expect(exit?.['reason']).toBe(`${message}: Error: ${text} (exit code 0)`);
    },
  );
});

function askAs(group: TestGroup, path: string, id: string) {
  const text = `GET ${path} HTTP/1.1\r\nHost: test\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`;
  return new RawConnection(group.port).send(text).exchange();
}
