import { describe, expect, it } from 'vitest';

import { Redactor } from '../../../../lib/common/redaction/redactor.ts';

const redactor = new Redactor();

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.aHVudGVyMg';

/** Texts with a secret in them, which is or contains `hunter2` or a JWT; and what may be seen. */
const TELLING: readonly (readonly [text: string, seen: string])[] = [
  ['connect to postgres://app:hunter2@db.local:5432/shop failed', 'db.local:5432/shop'],
  ['connect to postgres://app:hunter2@x@db.local/shop failed', 'db.local/shop'],
  ['redis://:hunter2@cache.local:6379 is gone', 'cache.local:6379'],
  ['amqps://app:%68unter2hunter2@mq.local', 'mq.local'],
  ['two: mysql://a:hunter2@one.local, mysql://b:hunter2@two.local', 'two.local'],
  ['GET /me Authorization: Bearer hunter2', 'GET /me'],
  ['sent authorization: Basic aHVudGVyMg==hunter2 to it', 'to it'],
  ["{ Authorization: 'Bearer hunter2', accept: 'text/html' }", 'text/html'],
  ['{"authorization":"Bearer hunter2","accept":"text/html"}', 'text/html'],
  ['the answer to Bearer hunter2hunter2hunter2 was 401', 'was 401'],
  [`invalid signature of ${JWT} at 12:30`, 'at 12:30'],
  ['login with password=hunter2 refused', 'refused'],
  ['started with --db-password=hunter2 --port=80', '--port=80'],
  ['GET https://api.local/v1?access_token=hunter2&page=3', 'page=3'],
  ['GET https://api.local/v1?api_key=hunter2&page=3', 'page=3'],
  ['the body {"user":"ada","newPassword":"hunter2"} is no JSON', '"user":"ada"'],
  ['the body {"user":"ada","password":"hunter2 hunter2"} is no JSON', 'is no JSON'],
  ["{ user: 'ada', apiKey: 'hunter2' }", "'ada'"],
  ['Set-Cookie: sid=hunter2; HttpOnly', 'Set-Cookie'],
  ['x {"tokens":["abc","hunter2"],"page":3}', '"page":3'],
  ['x {"credentials":{"user":"a","key":"hunter2"},"page":3}', '"page":3'],
  ['x {"body":"{\\"password\\":\\"hunter2\\",\\"page\\":3}"}', '\\"page\\":3'],
  ['x {"password":"a\\"hunter2","page":3}', '"page":3'],
  ['GET /x\r\nAuthorization: Token hunter2\r\nHost: a.local', 'Host: a.local'],
  ['{"authorization":["ApiKey hunter2"],"host":"a.local"}', 'a.local'],
  ['{"authorization":{"value":"hunter2"},"host":"a.local"}', 'a.local'],
  ['{"set-cookie":["sid=hunter2; Path=/"],"host":"a.local"}', 'a.local'],
  ['Cookie: [a]=1; sid=hunter2\r\nHost: a.local', 'a.local'],
  ['Authorization: Token token="hunter2"\r\nHost: a.local', 'a.local'],
  ['{"header":"Authorization: Token token=\\"hunter2\\"","host":"a.local"}', 'a.local'],
  ['Authorization: OAuth oauth_token="hunter2", realm="x"\r\nHost: a.local', 'a.local'],
  ['Authorization: OAuth realm="x", oauth_signature="hunter2"\r\nHost: a.local', 'a.local'],
  ['{"header":"Authorization: Basic aHVudGVyMg=hunter2=","host":"a.local"}', 'a.local'],
  ['GET /x\r\nAuthorization: ApiKey a.hunter2\r\nHost: a.local', 'Host: a.local'],
  ['{"header":"GET /\\r\\nAuthorization: SSWS hunter2\\r\\nHost: a.local"}', 'a.local'],
  [
    'Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=hunter2\r\nHost: a.local',
    'Host: a.local',
  ],
  ['Authorization: Digest username="ada", response="hunter2"\r\nHost: a.local', 'Host: a.local'],
  ['user[name]=ada&user[password]=hunter2&page=3', 'user[name]=ada'],
  ['user%5Bname%5D=ada&user%5Bpin%5D=hunter2&page=3', 'page=3'],
  ['<login><user>ada</user><ns:password a="b">hunter2</ns:password></login>', '<user>ada</user>'],
  ['Command failed: mysql --user ada --password hunter2 --port 80', '--port 80'],
  [
    'key -----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n\nhunter2\n-----END RSA PRIVATE KEY----- is old',
    'is old',
  ],
  ['a cut -----BEGIN PRIVATE KEY-----\nhunter2', 'a cut'],
  ['Invalid URL postgres://app:hun/hunter2@db.local:5432/shop', 'db.local:5432/shop'],
  ['Invalid URL postgres://app:#?hunter2@db.local:5432/shop', 'db.local:5432/shop'],
  ['GET / HTTP/1.1\r\nCookie: theme=dark; session=hunter2\r\nHost: a.local', 'Host: a.local'],
];

const PLAIN: readonly string[] = [
  'the bearer of news is late',
  'the password is wrong',
  'authorization is needed',
  'mail ada@example.com about it',
  'https://cdn.example.com/pkg/@scope/name@1.2.3',
  'at file:///srv/app/main.js:12:30',
  'http://127.0.0.1:8080/a?b=c&d=e',
  'author=ada, keyboard: german, compass=north, monkey=1',
  'http://127.0.0.1:8080/users/ada@example.com?b=c',
  'http://[::1]:8080/ada@example.com',
  '<p>one</p><user>ada</user> and a -- dash',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'npm run test --reporter verbose --port 80',
  '{"tokens":3,"maxTokens":4096}',
  'GET /tokens 200 in 3 ms',
  'a.b.c and 1.2.3 and eyes.are.open',
];

const clean = (text: string): string => redactor.text(text);

describe('Redactor.text', () => {
  it.each(TELLING)('R16 The secret in a text is hidden: %s', (text, seen) => {
    const cleaned = clean(text);
    expect(cleaned).not.toContain('hunter2');
    expect(cleaned).not.toContain(JWT);
    expect(cleaned).toContain('[redacted]');
    expect(cleaned).toContain(seen);
  });

  it.each(PLAIN)('R16 A text without secrets is left as it is: %s', (text) => {
    expect(clean(text)).toBe(text);
  });

  it('R16 A text that was cleaned is left as it is.', () => {
    for (const [text] of TELLING) expect(clean(clean(text))).toBe(clean(text));
  });

  /** What makes patterns go back over what they have seen. */
  it.each([
    ['letters', 'a'],
    ['dashes', '-'],
    ['digits', '7'],
    ['digits and dashes', '7-'],
    ['words', 'ab '],
    ['schemes', 'a://'],
    ['colons', 'a:'],
    ['names of secrets', 'token'],
    ['names with dashes', 'token-'],
    ['assignments', 'token=a'],
    ['quotes', '"token'],
    ['bearers', 'Bearer '],
    ['dots', 'eyJa.'],
    ['at signs', 'a@'],
    ['addresses', 'a://b:c'],
    ['spaces', ' '],
  ])('R16 The time for a text of %s grows as its length does.', (_what, unit) => {
    // The short one first: what goes by a higher power would take minutes for the long one.
    for (const length of [300, 5_000]) {
      const shortMs = cpuMs(clean, textOf(unit, length));
      const longMs = cpuMs(clean, textOf(unit, 8 * length));
      // Eight times as long. What goes by the square takes 64 times as long.
      expect(longMs, `for ${8 * length} characters`).toBeLessThan(30 * Math.max(shortMs, 1));
    }
  });
});

describe('records with texts', () => {
  it('R16 Secrets in texts of records are hidden at any depth.', () => {
    const record = {
      a: [{ b: 'postgres://app:hunter2@db/x' }],
      c: 'Authorization: Bearer hunter2',
    };
    expect(JSON.stringify(redactor.record(record))).not.toContain('hunter2');
  });
});

function textOf(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length));
}

/** Time on the processor: others use the machine, too. */
function cpuMs(work: (text: string) => string, text: string): number {
  // Once before, so that nothing is left to be compiled.
  work(text);
  const before = process.threadCpuUsage();
  work(text);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
