import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { quantile, report, tally } from '../../support/load.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { slowLink } from '../../support/slow-link.ts';
import {
  type LiveWorker,
  startGroup,
  type TestGroup,
  USED_TRANSPORT,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const UPLOAD_BYTES = 1024 * 1024;

/** One worker, and room for one connection: while that waits, all others are refused at once. */
const NARROW = {
  workers: 1,
  acceptQueue: { maxQueue: 1, maxWaitMs: 60_000 },
  supervision: { hungAfterMs: 60_000 },
};

describe('Refusals', () => {
  it('F7 Clients that upload a megabyte over a long way see the 503 that refuses them.', async () => {
    const clients = 100;
    const group = await startGroup({ app: 'lab.app', options: NARROW });
    const port = await slowLink(group.port, 25);
    await fillQueue(group);

    const all = await Promise.all(
      Array.from({ length: clients }, () =>
        new RawConnection(port).send(uploadRequest()).exchange({ withinMs: 10_000 }),
      ),
    );

    const outcomes = tally(all.map(({ status, errorCode }) => status ?? errorCode ?? 'closed'));
    const seen = all.filter(({ status, headers, body }) => {
      return status === 503 && Number(headers.get('content-length')) === body.length;
    });
    const times = all.map(({ answeredAfterMs }) => answeredAfterMs ?? Infinity);
    report('F7', {
      clients,
      'saw the 503': seen.length,
      outcomes: JSON.stringify([...outcomes]),
      'median ms': quantile(times, 0.5),
      'longest ms': Math.max(...times),
    });
    expect(seen.length).toBeGreaterThanOrEqual(0.99 * clients);
    expect((await group.queue()).shed.full).toBeGreaterThanOrEqual(clients);
  });

  it('F8 On a TLS listener a refused client is closed at once instead of left to wait.', async () => {
    const group = await startGroup({ app: 'tls.app', options: NARROW });
    await handshake(group.port);
    const worker = await fillQueue(group);

    const clients = 20;
    const failed: { code: string | undefined; ms: number }[] = [];
    const all = Array.from({ length: clients }, async () => {
      const startedAt = performance.now();
      await handshake(group.port).catch(({ code }: NodeJS.ErrnoException) => {
        failed.push({ code, ms: performance.now() - startedAt });
      });
    });
    // Where connections wait in the kernel, the oldest are refused, and the last one waits instead.
    const refused = USED_TRANSPORT === 'fd' ? clients - 1 : clients;
    await until('refusals', () => failed.length >= refused);
    process.kill(worker.pid, 'SIGCONT');
    await Promise.all(all);
    await group.untilAllReady();
    await group.untilQueue('empty', ({ length, pending }) => length + pending === 0);

    report('F8', { refused: failed.length, 'longest ms': Math.max(...failed.map(({ ms }) => ms)) });
    expect(failed.map(({ code }) => code)).toEqual(
      Array.from({ length: refused }, () => 'ECONNRESET'),
    );
    expect(Math.max(...failed.map(({ ms }) => ms))).toBeLessThan(5 * 600);
    await handshake(group.port);
  });
});

/** Stops the worker and lets one connection wait for it. */
async function fillQueue(group: TestGroup): Promise<LiveWorker> {
  const [worker] = await group.untilAllReady();
  if (worker === undefined) throw new Error('no worker');
  process.kill(worker.pid, 'SIGSTOP');
  // One byte: the kernel holds silent clients back.
  group.connect().send('G');
  await group.untilQueue('full', ({ length, pending }) => length + pending === 1);
  return worker;
}

function uploadRequest(): string {
  const head = [
    'POST /lab/upload HTTP/1.1',
    'Host: test',
    'Content-Type: text/plain',
    `Content-Length: ${UPLOAD_BYTES}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${'x'.repeat(UPLOAD_BYTES)}`;
}

/** Resolves when the secure connection is there, rejects when it fails. */
async function handshake(port: number): Promise<undefined> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: CERTIFICATE });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(10_000) });
  } finally {
    socket.destroy();
  }
}
