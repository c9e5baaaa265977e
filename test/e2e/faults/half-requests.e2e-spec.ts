import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';

import { describe, expect, it } from 'vitest';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { departingClient } from '../../support/departing-client.ts';
import { freePort } from '../../support/free-port.ts';
import { ask, openSession } from '../../support/http2-client.ts';
import { flood, report, tally } from '../../support/load.ts';
import { openDescriptors } from '../../support/processes.ts';
import { SilentCrowd } from '../../support/silent-crowd.ts';
import { PATIENT, startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const HALF_A_REQUEST = 'GET /livez HTTP/1.1\r\nHost: test\r\n';

/** A record of a handshake, version 1.0: the first three bytes of a ClientHello. */
const PART_OF_A_HELLO = Buffer.from([0x16, 0x03, 0x01]);

describe('Half requests', () => {
  it(
    "R14 On the probes' port they take descriptors neither from the application nor from the pages.",
    { timeout: 120_000 },
    async () => {
      const maxDescriptors = 1_024;
      const probes = { host: '127.0.0.1', port: await freePort() };
      const group = await startGroup({
        app: 'lab.app',
        maxDescriptors,
        options: { workers: 1, probes, acceptQueue: PATIENT },
      });
      const livez = async (): Promise<number> => {
        const url = `http://127.0.0.1:${probes.port}/livez`;
        const signal = AbortSignal.timeout(3_000);
        return (await fetch(url, { signal, headers: { connection: 'close' } })).status;
      };
      expect(await livez()).toBe(200);

      const crowd = new SilentCrowd(probes.port, 1_500, HALF_A_REQUEST);
      await until('all of them', () => crowd.haveAllCome);
      const startedAt = performance.now();
      const descriptors = openDescriptors(group.pid);
      const answers = await flood({ total: 20, atOnce: 4 }, () =>
        group.get('/lab/who', { withinMs: 5_000 }),
      );
      expect(tally(answers.map(({ status, errorCode }) => status ?? errorCode))).toEqual(
        new Map([[200, 20]]),
      );
      const pages = await flood({ total: 5, atOnce: 1 }, () => group.page('/api/v1/workers'));
      expect(tally(pages.map(({ status }) => status))).toEqual(new Map([[200, 5]]));
      await until('an answer of the probes', async () => (await livez()) === 200);
      await until('the end of all of them', () => crowd.remaining === 0, { withinMs: 15_000 });

      report('R14', {
        'descriptors of the primary': descriptors,
        limit: maxDescriptors,
        'all closed after ms': performance.now() - startedAt,
      });
      expect(descriptors).toBeLessThan(maxDescriptors / 2);
      expect(group.output).not.toContain('EMFILE');
    },
  );

  it("R14 On the probes' port they do not keep probes from being answered, though others come all the time.", async () => {
    const probes = { host: '127.0.0.1', port: await freePort() };
    await startGroup({ app: 'lab.app', options: { workers: 1, probes } });
    const probe = async (): Promise<number | string> => {
      try {
        const signal = AbortSignal.timeout(5_000);
        return (await fetch(`http://127.0.0.1:${probes.port}/livez`, { signal })).status;
      } catch {
        return 'failed';
      }
    };
    let seen = 0;
    for (let round = 1; round <= 10; round++) {
      const crowd = new SilentCrowd(probes.port, 50, HALF_A_REQUEST);
      // oxlint-disable-next-line no-await-in-loop -- one crowd after another
      await until('all of them', () => crowd.haveAllCome);
      // oxlint-disable-next-line no-await-in-loop -- one crowd after another
      if ((await probe()) === 200) seen++;
    }
    // Three in a row have to fail before a balancer or a kubelet does something.
    expect(seen).toBeGreaterThanOrEqual(5);
  });
});

describe('Half handshakes', () => {
  it('R14 At the cap of connections they do not keep other TLS clients out.', async () => {
    const group = await startGroup({
      app: 'tls.app',
      options: { workers: 1, maxConnectionsPerWorker: 50, acceptQueue: PATIENT },
    });
    const honest = (): Promise<number | string> => statusOf(group.port);
    expect(await honest()).toBe(200);
    const crowd = new SilentCrowd(group.port, 130, PART_OF_A_HELLO);
    await until('all of them', () => crowd.haveAllCome);
    await until('an answer', async () => (await honest()) === 200, { withinMs: 10_000 });
    const answers = await flood({ total: 20, atOnce: 2 }, honest);
    report('R14', { 'half handshakes left': crowd.remaining });
    expect(tally(answers)).toEqual(new Map([[200, 20]]));
  });

  it('R14 At the cap of connections HTTP/2 clients that said GOAWAY and stay do not keep others out.', async () => {
    const group = await startGroup({
      app: 'h2c.app',
      options: { workers: 1, maxConnectionsPerWorker: 50, acceptQueue: PATIENT },
    });
    void Promise.allSettled(Array.from({ length: 60 }, () => departingClient(group.port, false)));
    await group.untilWorker(0, 'with its connections', ({ connections }) => connections > 40);
    const status = await until(
      'an answer',
      async () => {
        const session = await openSession(group.port);
        const timer = setTimeout(() => session.destroy(), 2_000);
        const { status: given } = await ask(session, '/lab/who');
        clearTimeout(timer);
        session.destroy();
        return given;
      },
      { withinMs: 10_000 },
    );
    expect(status).toBe(200);
  });
});

/** What an honest client gets over TLS, on a connection of its own. */
async function statusOf(port: number): Promise<number | string> {
  const request = httpsGet({
    host: '127.0.0.1',
    port,
    path: '/lab/who',
    ca: CERTIFICATE,
    agent: false,
    timeout: 5_000,
  });
  request.once('timeout', () => request.destroy(new Error('TIMEOUT')));
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response.statusCode ?? 'no status';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
