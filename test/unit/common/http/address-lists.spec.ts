import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';

import { acceptProxyProtocol, ButtressModule } from 'nestjs-buttress';
import { describe, expect, it, onTestFinished } from 'vitest';

import { addressList } from '../../../../lib/common/http/address-list.ts';

/** Who takes a list of addresses, by the name of its option. */
const LISTS: Readonly<Record<string, (list: readonly string[]) => unknown>> = {
  'proxyProtocol.trust': (trust) => acceptProxyProtocol(createServer(), { trust }),
  'admission.priority.trust': (trust) =>
    ButtressModule.forRoot({ logging: false, admission: { priority: { trust } } }),
};

const WRONG: readonly string[] = [
  '10.0.0.0/',
  '10.0.0.0/8/9',
  '10.0.0.0/33',
  '::/129',
  '::/',
  '',
  ' 10.0.0.1',
  '10.0.0.1 ',
  '010.0.0.1',
  '10.0.0.0/08',
  '10.0.0.0/ 8',
  '10.0.0.0/+8',
  '10.0.0.0/1e1',
  '10.0.0.0/0x8',
  '10.0.0.0/8.0',
  '1.2.3.4/-1',
  '10.0.0.0/NaN',
  '10.0.0',
  '10/8',
  '/8',
  '[::1]',
  '10.0.0.1:80',
  'localhost',
  'everybody',
];

const RIGHT: readonly string[] = [
  '192.0.2.7',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '::1',
  'fd00::/8',
  '::/0',
];

describe.each(Object.entries(LISTS))('%s', (option, take) => {
  it.each(WRONG)('R19 "%s" is refused with the name of the option and the value.', (wrong) => {
    const attempt = (): unknown => take(['192.0.2.7', wrong]);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(option);
    expect(attempt).toThrow(inspect(wrong));
  });

  it.each(RIGHT)('R19 "%s" is taken.', (right) => {
    expect(() => take([right])).not.toThrow();
  });

  it('R19 What is no list of texts is refused with the name of the option.', () => {
    for (const wrong of ['10.0.0.1', [7], [null], {}]) {
      const attempt = (): unknown => take(wrong as readonly string[]);
      expect(attempt).toThrow(TypeError);
      expect(attempt).toThrow(option);
    }
  });
});

/** The address that a server on all families takes a client for that says it speaks for another. */
async function seenAs(trust: readonly string[]): Promise<string> {
  const server = createServer((request, response) => {
    response.end(`seen ${request.socket.remoteAddress ?? ''}`);
  });
  acceptProxyProtocol(server, { trust }).listen(0, '::');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n');
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  const answer = await text(socket).catch(() => '');
  return /seen (\S+)/.exec(answer)?.[1] ?? answer.split('\r\n')[0] ?? '';
}

describe('addresses of IPv4 as a server of both families sees them', () => {
  it('R19 They are in the networks of IPv4 that proxyProtocol.trust names.', async () => {
    expect(await seenAs(['127.0.0.0/8'])).toBe('192.0.2.7');
    expect(await seenAs(['10.0.0.0/8'])).toContain('400');
  });

  it('R19 They are in the networks of IPv4 that priority.trust names.', () => {
    const isTrusted = addressList('trust', ['10.0.0.0/8', '192.0.2.7']);
    for (const address of ['::ffff:10.0.0.1', '10.0.0.1', '::ffff:192.0.2.7', '::ffff:a00:1']) {
      expect([address, isTrusted(address)]).toEqual([address, true]);
    }
    for (const address of ['::ffff:11.0.0.1', '::10.0.0.1', '::ffff:192.0.2.8', '']) {
      expect([address, isTrusted(address)]).toEqual([address, false]);
    }
  });
});
