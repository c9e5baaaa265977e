import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseProxyHeader } from '../../../../lib/cluster/adapter/proxy-header.ts';

const START = '\r\n\r\n\0\r\nQUIT\n';

function v1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function v2(command: number, family: number, body: readonly number[]): Buffer {
  const head = [0x20 | command, family, body.length >> 8, body.length & 0xff];
  return Buffer.concat([v1(START), Buffer.from([...head, ...body])]);
}

const IPV4_BODY = [192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 0, 80];

describe('parseProxyHeader', () => {
  it.each([
    ['PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n', { address: '192.0.2.7', port: 12_345 }],
    ['PROXY TCP6 2001:db8::7 ::1 12345 80\r\n', { address: '2001:db8::7', port: 12_345 }],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff:: ffff:: 1 2\r\n', undefined],
  ])('takes %j', (text, peer) => {
    const bytes = v1(`${text}GET / HTTP/1.1`);
    expect(parseProxyHeader(bytes)).toEqual({ kind: 'header', length: text.length, peer });
  });

  it.each([
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 192.0.2.7 10.0.0.1 12345\r\n',
    'PROXY TCP4 ::1 ::1 12345 80\r\n',
    'PROXY TCP4 192.0.2.7 10.0.0.1 99999 80\r\n',
    'PROXY TCP4 192.0.2.7 10.0.0.1 -1 80\r\n',
    'PROXY TCP9 192.0.2.7 10.0.0.1 12345 80\r\n',
    `PROXY UNKNOWN ${'x'.repeat(200)}\r\n`,
  ])('refuses %j', (text) => {
    expect(parseProxyHeader(v1(text))).toEqual({ kind: 'invalid' });
  });

  it('takes version 2 over both families, and a health check of the proxy', () => {
    expect(parseProxyHeader(v2(1, 0x11, IPV4_BODY))).toEqual({
      kind: 'header',
      length: 28,
      peer: { address: '192.0.2.7', port: 12_345 },
    });
    const client = [0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 11 }, () => 0), 7];
    const body = [...client, ...client, 0x30, 0x39, 0, 80, 0x04, 0, 0];
    expect(parseProxyHeader(v2(1, 0x21, body))).toEqual({
      kind: 'header',
      length: 16 + body.length,
      peer: { address: '2001:db8::7', port: 12_345 },
    });
    expect(parseProxyHeader(v2(0, 0, []))).toEqual({ kind: 'header', length: 16, peer: undefined });
  });

  it('refuses version 2 with a wrong version, command or length', () => {
    const wrong = v2(1, 0x11, IPV4_BODY);
    wrong[12] = 0x31;
    expect(parseProxyHeader(wrong)).toEqual({ kind: 'invalid' });
    expect(parseProxyHeader(v2(2, 0x11, IPV4_BODY))).toEqual({ kind: 'invalid' });
    expect(parseProxyHeader(v2(1, 0x11, [1, 2, 3, 4]))).toEqual({ kind: 'invalid' });
    const long = v2(1, 0x11, IPV4_BODY);
    long.writeUInt16BE(65_535, 14);
    expect(parseProxyHeader(long)).toEqual({ kind: 'invalid' });
  });

  it('never throws, and never claims more bytes than there are', () => {
    const start = fc.constantFrom('', 'PROXY ', 'PROXY TCP4 ', START, `${START}\x21\x11\0`);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (text, rest) => {
        const bytes = Buffer.concat([v1(text), rest]);
        const header = parseProxyHeader(bytes);
        if (header.kind === 'header') expect(header.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('gives the same however the bytes are cut: incomplete until the header is whole', () => {
    const headers = [v1('PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n'), v2(1, 0x11, IPV4_BODY)];
    for (const bytes of headers) {
      for (let length = 0; length < bytes.length; length++) {
        expect(parseProxyHeader(bytes.subarray(0, length))).toEqual({ kind: 'incomplete' });
      }
      expect(parseProxyHeader(bytes).kind).toBe('header');
    }
  });
});
