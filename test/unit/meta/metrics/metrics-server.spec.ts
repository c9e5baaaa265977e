import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { GroupMetrics } from '../../../../lib/meta/metrics/group-metrics.ts';
import { metricsServer } from '../../../../lib/meta/metrics/metrics-server.ts';

const PAGE = '# TYPE up gauge\nup 1\n'.repeat(100);

async function open(): Promise<string> {
  const page = { contentType: 'text/plain; version=0.0.4', body: PAGE };
  const metrics = { page: () => Promise.resolve(page) } as unknown as GroupMetrics;
  const server = metricsServer(metrics).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

describe('The listener of metrics', () => {
  it('compresses them as a scraper accepts it.', async () => {
    const url = await open();
    const plain = await request(url);
    expect([plain.headers['content-encoding'], await plain.body.text()]).toEqual([undefined, PAGE]);
    const answer = await request(url, { headers: { 'accept-encoding': 'gzip' } });
    const body = Buffer.from(await answer.body.arrayBuffer());
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4');
    expect(body.length).toBeLessThan(PAGE.length / 5);
    expect(gunzipSync(body).toString()).toBe(PAGE);
  });
});
