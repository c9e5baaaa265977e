import { expect, it } from 'vitest';

import { ipText } from '../../../lib/posix/ip-text.ts';

it.each([
  ['7f000001', '127.0.0.1'],
  ['00000000000000000000000000000001', '::1'],
  ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
])('ipText writes %s as %s', (hex, text) => {
  expect(ipText(Buffer.from(hex, 'hex'))).toBe(text);
});
