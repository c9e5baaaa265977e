import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { request } from 'undici';
import { describe, expect, it } from 'vitest';

import { AS_HTML, startPagesApp } from '../../support/pages-app.ts';

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Asks without decoding the answer. */
async function askRaw(
  url: string,
  headers: Record<string, string>,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Raw> {
  const answer = await request(url, { method, headers });
  const body = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, body };
}

describe('An answer of the pages', () => {
  it.each([
    ['/', AS_HTML, '<!doctype html>'],
    ['/api/v1/runtime', {}, '"versions"'],
    ['/metrics', {}, 'process_'],
  ])('is compressed as the client accepts it: %s.', async (path, accept, text) => {
    const { address } = await startPagesApp();
    const url = `${address}${path}`;
    const plain = await askRaw(url, accept);
    expect([plain.headers['content-encoding'], plain.body.includes(text)]).toEqual([
      undefined,
      true,
    ]);
    expect(plain.headers['vary']).toContain('accept-encoding');
    const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
    for (const coding of ['br', 'gzip'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { headers, body } = await askRaw(url, { ...accept, 'accept-encoding': coding });
      expect(headers['content-encoding']).toBe(coding);
      expect(headers['vary']).toContain('accept-encoding');
      expect(Number(headers['content-length'])).toBe(body.length);
      expect(decoders[coding](body).toString()).toContain(text);
      expect(body.length).toBeLessThan(plain.body.length / 2);
    }
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['deflate', undefined],
    ['identity', undefined],
    ['gzip;q=no', undefined],
    ['', undefined],
  ])('goes by what a client accepts: %s.', async (accepted, coding) => {
    const { address } = await startPagesApp();
    const { headers } = await askRaw(`${address}/api/v1/runtime`, { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(coding);
  });

  it('stays as it is when it is small, a problem, or a probe.', async () => {
    const { address } = await startPagesApp();
    for (const path of ['/livez', '/api/v1/nothing', '/api/v1/accept-queue']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { headers } = await askRaw(`${address}${path}`, { 'accept-encoding': 'gzip' });
      expect([path, headers['content-encoding']]).toEqual([path, undefined]);
    }
  });

  it('has no body for HEAD, and the headers of GET.', async () => {
    const { address } = await startPagesApp();
    const url = `${address}/api/v1/runtime`;
    const { status, headers, body } = await askRaw(url, { 'accept-encoding': 'br' }, 'HEAD');
    expect([status, headers['content-encoding'], body.length]).toEqual([200, 'br', 0]);
  });
});
