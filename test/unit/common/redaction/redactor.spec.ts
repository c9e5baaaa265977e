import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { REDACTED, Redactor } from '../../../../lib/common/redaction/redactor.ts';

const redactor = new Redactor({ fields: ['tax-id'] });

describe('Redactor', () => {
  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'password',
    'pass_word',
    'accessToken',
    'refresh_token',
    'X-API-Key',
    'client_secret',
    'cardNumber',
    'cvv',
    'taxId',
  ])('hides %s at any depth', (name) => {
    const record = { a: [{ b: { [name]: 'hunter2', kept: 1 } }], [name]: { some: 'object' } };
    expect(redactor.record(record)).toEqual({
      a: [{ b: { [name]: REDACTED, kept: 1 } }],
      [name]: REDACTED,
    });
  });

  it('leaves alone what is no secret, and gives back the very same record', () => {
    const record = {
      tokens: 3,
      passwordless: true,
      at: new Date(0),
      list: [1, { a: 'b' }],
      none: null,
    };
    expect(redactor.record(record)).toBe(record);
  });

  it('changes nothing of what it was given', () => {
    const record = { user: { password: 'a' } };
    redactor.record(record);
    expect(record).toEqual({ user: { password: 'a' } });
  });

  it.each([
    ['4111111111111111', REDACTED],
    ['card 4111 1111 1111 1111 declined', `card ${REDACTED} declined`],
    ['5500-0000-0000-0004', REDACTED],
    ['4111111111111112', '4111111111111112'],
    ['order 20261123120000', 'order 20261123120000'],
  ])('takes card numbers out of texts: %s', (text, cleaned) => {
    expect(redactor.text(text)).toBe(cleaned);
    expect(redactor.record({ text })).toEqual({ text: cleaned });
  });

  it('ends on circles and on depths without end', () => {
    const circle: Record<string, unknown> = { password: 'x' };
    circle['self'] = circle;
    expect(redactor.record(circle)).toEqual({ password: REDACTED, self: '[circular]' });
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 50; depth++) deep = { deep };
    expect(JSON.stringify(redactor.record(deep))).toContain('[deep]');
  });

  it('lets no password through, whatever the record looks like', () => {
    const inner = fc.object({ maxDepth: 5 });
    fc.assert(
      fc.property(inner, (record) => {
        const text = JSON.stringify(redactor.record({ record, password: 'hunter2' }));
        expect(text).not.toContain('hunter2');
      }),
    );
  });
});

describe('a redactor that learns', () => {
  it('hides further fields from then on, names that it has judged before too', () => {
    const own = new Redactor({ fields: ['tax-id'] });
    const record = { customerIban: 'DE12', taxId: '123' };
    expect(own.record(record)).toEqual({ customerIban: 'DE12', taxId: REDACTED });
    own.hide(['IBAN']);
    expect(own.record(record)).toEqual({ customerIban: REDACTED, taxId: REDACTED });
    expect(own.text('iban=DE12')).toBe(`iban=${REDACTED}`);
    expect(own.fields).toEqual(['taxid', 'iban']);
  });

  it('hides the value of a field by the last words of its name, and what is in it', () => {
    expect(redactor.field('office.taxId', '123')).toBe(REDACTED);
    expect(redactor.field('office', { taxId: '123', city: 'Bonn' })).toEqual({
      taxId: REDACTED,
      city: 'Bonn',
    });
  });

  it('keeps objects as they are that its caller vouches for', () => {
    const markup = { kind: 'html', markup: '<p>taxId=123</p>' };
    const list = [markup, { taxId: '123' }];
    expect(redactor.value(list, (value) => value === markup)).toEqual([
      markup,
      { taxId: REDACTED },
    ]);
  });
});

describe('environment variables', () => {
  it.each(['DB_PASS', 'API_KEY', 'SESSION', 'SENTRY_DSN', 'HOME_TAX_ID', 'TLS_CERT', 'AUTH'])(
    'may hold a secret: %s',
    (name) => expect(redactor.isSecretVariable(name)).toBe(true),
  );

  it.each(['NODE_ENV', 'PORT', 'PATH', 'HOP_ASSET', 'TAX'])('hold none: %s', (name) =>
    expect(redactor.isSecretVariable(name)).toBe(false),
  );
});
