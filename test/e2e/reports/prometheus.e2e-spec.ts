import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { report } from '../../support/load.ts';
import { isAlive } from '../../support/processes.ts';
import { HAS_PROMETHEUS, Prometheus } from '../../support/prometheus.ts';
import { requestText } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from './start-reporting-group.ts';

const PER_SECOND = 25;

/** Requests at a steady rate, and when each was answered. */
class SteadyLoad {
  readonly #answeredAt: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(group: TestGroup) {
    this.#timer = setInterval(() => {
      void group.get('/count').then(
        ({ status }) => status === 200 && this.#answeredAt.push(Date.now()),
        () => undefined,
      );
    }, 1_000 / PER_SECOND);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Answers per second between two times. */
  rate(fromMs: number, toMs: number): number {
    const count = this.#answeredAt.filter((at) => at >= fromMs && at < toMs).length;
    return count / ((toMs - fromMs) / 1_000);
  }
}

describe.skipIf(!HAS_PROMETHEUS)('What Prometheus makes of the metrics', () => {
  it(
    'is the true rate, while workers are blocked, killed and reloaded, the pages are killed, and another primary takes over.',
    { timeout: 240_000 },
    async () => {
      const meta = { port: await freePort() };
      const group = await startGroup({
        app: 'logging.app',
        options: {
          workers: 2,
          meta,
          acceptQueue: PATIENT,
          reload: { canaryMs: 500 },
          drain: { idleGraceMs: 200 },
        },
      });
      await untilReporting(group, 2);
      const load = new SteadyLoad(group);
      const prometheus = await Prometheus.start(`127.0.0.1:${meta.port}`);
      // A rate needs two samples of each series.
      await sleep(3_000);
      const startedAt = Date.now();

      const [first] = await group.untilAllReady();
      process.kill(first!.pid, 'SIGKILL');
      await group.untilWorker(first!.slot, 'replaced', ({ restarts, state }) => {
        return restarts === 1 && state === 'READY';
      });
      group.connect().send(requestText('/block/3000'));
      await until('a stalled worker', async () => {
        return (await group.workers()).some(({ state }) => state === 'STALLED');
      });
      const pages = group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
      process.kill(Number(pages), 'SIGKILL');
      await group.untilAllReady();
      group.signal('SIGHUP');
      await until('a reload', () => group.log.some(({ msg }) => msg === 'reloaded'), {
        withinMs: 60_000,
      });
      group.signal('SIGUSR2');
      await until('the old primary has ended', () => !isAlive(group.pid), { withinMs: 60_000 });
      // The longer the window, the less its ends count, where rates are extrapolated.
      await sleep(15_000);
      const endedAt = Date.now();
      load.stop();

      const seconds = Math.round((endedAt - startedAt) / 1_000);
      const counts = 'http_server_request_duration_seconds_count{http_route="/count"}';
      const seen = await prometheus.query(`sum(rate(${counts}[${seconds}s]))`, endedAt);
      const truth = load.rate(endedAt - seconds * 1_000, endedAt);
      report('rate', { seconds, seen: seen ?? 'nothing', truth });
      expect((seen ?? 0) / truth).toBeGreaterThan(0.9);
      expect((seen ?? 0) / truth).toBeLessThan(1.1);
      const resets = await prometheus.query(`sum(resets(${counts}[${seconds}s]))`, endedAt);
      expect(resets).toBe(0);
    },
  );
});
