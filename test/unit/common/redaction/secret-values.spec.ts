import { describe, expect, it } from 'vitest';

import { REDACTED, Redactor } from '../../../../lib/common/redaction/redactor.ts';

const redactor = new Redactor();

class Address {
  readonly city = 'Oslo';
  readonly doorPin = 'hunter2-pin';
}

class User {
  readonly name = 'Ada';
  readonly password = 'hunter2';
  readonly home = new Address();
  readonly since = new Date(0);
}

/** What would be written of a record, as data. */
function written(record: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(redactor.record(record)));
}

describe('values that are no plain objects', () => {
  it('R16 Secrets in instances of classes are hidden, and all else of them is written.', () => {
    const user = new User();
    expect(written({ user, list: [user] })).toEqual({
      user: {
        name: 'Ada',
        password: REDACTED,
        home: { city: 'Oslo', doorPin: REDACTED },
        since: '1970-01-01T00:00:00.000Z',
      },
      list: [expect.objectContaining({ name: 'Ada', password: REDACTED }) as object],
    });
    expect(user.password).toBe('hunter2');
  });

  it('R16 Secrets in what toJSON gives are hidden.', () => {
    class Money {
      toJSON(): object {
        return { amount: 3, token: 'hunter2', note: 'postgres://app:hunter2@db/x' };
      }
    }
    const plain = { toJSON: () => ({ kept: 1, password: 'hunter2' }) };
    const seen = written({ money: new Money(), plain, list: [new Money()] });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
    expect(seen).toMatchObject({ money: { amount: 3 }, plain: { kept: 1 }, list: [{ amount: 3 }] });
  });

  it('R16 The object that toJSON belongs to is not shown in its place.', () => {
    class Hider {
      readonly inside = 'not for anybody';
      toJSON(): string {
        return 'outside';
      }
    }
    expect(written({ hider: new Hider(), list: [new Hider()] })).toEqual({
      hider: 'outside',
      list: ['outside'],
    });
  });

  it('R16 No secret of a Map or a Set is written, whatever else is.', () => {
    const map = new Map<string, unknown>([
      ['password', 'hunter2'],
      ['user', { password: 'hunter2' }],
    ]);
    const set = new Set([{ password: 'hunter2' }, new User()]);
    const seen = JSON.stringify(written({ map, set, both: [map, set] }));
    expect(seen).not.toContain('hunter2');
  });

  it('R16 No secret of a Map or a Set is printed, and both are left as they were.', () => {
    const map = new Map<string, unknown>([
      ['password', 'hunter2'],
      ['token=hunter2', new Map([['pin', 1_234]])],
      ['open', 1],
    ]);
    map.set('self', map);
    const set = new Set([{ password: 'hunter2' }, 'pwd=hunter2', map]);
    const headers = new Headers({ authorization: 'Bearer hunter2', accept: 'text/plain' });
    const params = new URLSearchParams('access_token=hunter2&page=2');
    const text = redactor.printed({ map, set, headers, params }, 9);
    expect(text).not.toMatch(/hunter2|1234/);
    for (const kept of ["'open' => 1", 'circular', 'text/plain', "'page' => '2'"]) {
      expect(text).toContain(kept);
    }
    expect(map.get('password')).toBe('hunter2');
    expect(set.has(map)).toBe(true);
  });

  it('R16 A Map or a Set in a record is left to JSON, however large it is.', () => {
    const large = new Map(Array.from({ length: 30_000 }, (_, id) => [id, { id }]));
    const record = { large, set: new Set([large]), user: { id: 1 } };
    expect(redactor.record(record)).toBe(record);
    const text = redactor.printed(new Map([...large].map(([id]) => [`token=${id}`, id])), 2);
    expect(text.match(/token=/g)).toHaveLength(100);
  });

  it('R16 Secrets in the fields of an error under any name are hidden.', () => {
    const reason = Object.assign(new Error('refused'), {
      code: 'E_REFUSED',
      config: { headers: { Authorization: 'Bearer hunter2' }, retries: 2 },
    });
    const seen = JSON.stringify(written({ reason, list: [reason], deep: { reason } }));
    expect(seen).not.toContain('hunter2');
    expect(reason.config.headers.Authorization).toBe('Bearer hunter2');
  });

  it('R16 Dates, bytes and addresses are written as JSON writes them.', () => {
    const record = {
      at: new Date(0),
      bytes: Buffer.from('ab'),
      url: new URL('https://example.com/a?b=c'),
      big: new Uint8Array([1, 2]),
    };
    expect(written(record)).toEqual(JSON.parse(JSON.stringify(record)));
  });

  it('R16 The password in an address that is an URL is hidden.', () => {
    const seen = JSON.stringify(written({ url: new URL('postgres://app:hunter2@db.local/x') }));
    expect(seen).not.toContain('hunter2');
    expect(seen).toContain('db.local');
  });

  it.each([
    [
      'a getter that throws',
      Object.defineProperty({ kept: 1 }, 'bad', {
        enumerable: true,
        get: () => {
          throw new Error('not now');
        },
      }),
    ],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('not now');
        },
      },
    ],
    ['a Proxy that was revoked', revoked()],
  ])('R16 %s does not keep a record from being cleaned.', (_what, value) => {
    const cleaned = redactor.record({ value, user: new User(), password: 'hunter2' });
    expect(cleaned).toMatchObject({ password: REDACTED, user: { password: REDACTED } });
  });

  it('R16 Instances that hold each other end in a circle, without their secrets.', () => {
    class Node {
      readonly token = 'hunter2';
      next: Node | undefined;
    }
    const [one, other] = [new Node(), new Node()];
    one.next = other;
    other.next = one;
    const seen = JSON.stringify(redactor.record({ one }));
    expect(seen).not.toContain('hunter2');
    expect(seen).toContain('circular');
  });

  it('R16 Headers in a list of names and values, as Node has them, are hidden.', () => {
    const rawHeaders = ['Host', 'a.local', 'Cookie', 'sid=hunter2', 'X-Api-Key', 'hunter2'];
    const entries = Object.entries({ authorization: 'Basic hunter2', page: '3' });
    expect(redactor.record({ rawHeaders, entries })).toEqual({
      rawHeaders: ['Host', 'a.local', 'Cookie', REDACTED, 'X-Api-Key', REDACTED],
      entries: [
        ['authorization', REDACTED],
        ['page', '3'],
      ],
    });
    const names = { required: ['password', 'email'], all: ['a', 'password', 'token'] };
    expect(redactor.record(names)).toBe(names);
  });

  it('R16 An instance without secrets is written as JSON writes it.', () => {
    class Point {
      readonly x = 1;
      readonly y = { z: [2, undefined, Number.NaN] };
      get hidden(): number {
        return 3;
      }
    }
    const record = { point: new Point(), none: undefined, list: [new Point()] };
    expect(written(record)).toEqual(JSON.parse(JSON.stringify(record)));
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
