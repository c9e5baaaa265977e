import { describe, expect, it } from 'vitest';

import { REDACTED, Redactor } from '../../../../lib/common/redaction/redactor.ts';

const redactor = new Redactor();

/** Whose values give somebody access. */
const SECRET = [
  'newPassword',
  'old_password',
  'passwordHash',
  'password_confirmation',
  'dbPassword',
  'DB_PASSWORD',
  'dbpassword',
  'userPwd',
  'passcode',
  'dbPass',
  'dbpass',
  'pgpass',
  'userpwd',
  'pass2',
  'pwdConfirmation',
  'pinConfirm',
  '_csrf',
  'sid',
  'jwt',
  'jwtSecret',
  'accessJwt',
  'authToken',
  'auth-token',
  'authtoken',
  'bearerToken',
  'refreshTokens',
  'x-amz-security-token',
  'sessionId',
  'session_id',
  'sessionToken',
  'secretKey',
  'secretkey',
  'aws_secret_access_key',
  'accessKey',
  'signingKey',
  'encryptionKey',
  'stripeApiKey',
  'apiKeys',
  'x-api-key',
  'privateKeyPem',
  'private_key',
  'clientSecret',
  'webhookSecrets',
  'connectionString',
  'connection_string',
  'credentials',
  'dbCredentials',
  'proxy-authorization',
  'x-forwarded-authorization',
  'cookies',
  'set-cookie',
  'otp',
  'totpSecret',
  'otpCode',
  'pin',
  'pinCode',
  'cvv2',
  'securityCode',
  'tokenHash',
  'accessTokenValue',
  'token2',
  'token_old',
  'jwtString',
  'cookieHeader',
  'otpValue',
  'pwdHash',
  'passHash',
  'panNumber',
  'bearer',
  'X-Amz-Signature',
  'sig',
  'AccountKey',
  'x-functions-authkey',
  'Ocp-Apim-Subscription-Key',
  'connect.sid',
  'PHPSESSID',
  'mfaCode',
  'recoveryCodes',
  'passwordAuth',
  'apiKeyAuth',
  'code_verifier',
  'client_assertion',
  'SAMLResponse',
  'seedPhrase',
  'cardNo',
  'creds',
  'ssn',
  'socialSecurityNumber',
  'securityAnswer',
  'magicLink',
  'kubeconfig',
  'tlsKey',
  'passwordSalt',
  'github_pat',
];

/** Whose values tell nothing that may not be known, though a part of their name may sound so. */
const ORDINARY = [
  'author',
  'authorId',
  'authority',
  'authMethod',
  'passenger',
  'passengers',
  'compass',
  'bypass',
  'passed',
  'keyboard',
  'key',
  'keys',
  'primaryKey',
  'idempotencyKey',
  'cacheKey',
  'publicKey',
  'secretary',
  'secretariat',
  'pinned',
  'pinnedAt',
  'shipping',
  'spinner',
  'opinion',
  'tokenizer',
  'tokenType',
  'tokenUrl',
  'tokenEndpoint',
  'tokenExpiresAt',
  'cookieName',
  'cookieDomain',
  'passStatus',
  'hash',
  'headerValue',
  'panelNumber',
  'storageKey',
  'cardNotFound',
  'discardNode',
  'presetCode',
  'observerKey',
  'disconnectSide',
  'assessId',
  'accNumber',
  'mfaCodec',
  'patient',
  'patch',
  'saltRoundsName',
  'incredible',
  'OAuth',
  'statusCode',
  'countryCode',
  'designature',
  'sidecar',
  'oauth',
  'company',
  'panel',
  'expanded',
  'spanId',
  'traceId',
  'requestId',
  'cookbook',
  'footprint',
  'laptop',
  'sessions',
  'accessLevel',
  'description',
];

/** Counts and answers: a number or a yes under them gives nobody access. */
const COUNTED = [
  'tokens',
  'maxTokens',
  'promptTokens',
  'tokenCount',
  'token_limit',
  'passwordLength',
  'failedPasswords',
  'sessionCount',
];

describe('the names of secrets', () => {
  it.each(SECRET)('R16 The value of %s is hidden, in texts, lists and objects.', (name) => {
    for (const value of ['hunter2', ['hunter2'], { of: 'hunter2' }]) {
      const record = { [name]: value, list: [{ [name]: value, kept: 1 }] };
      expect(redactor.record(record)).toEqual({
        [name]: REDACTED,
        list: [{ [name]: REDACTED, kept: 1 }],
      });
    }
  });

  it('R16 User and password under `auth` are hidden, and the fields of an object are looked at.', () => {
    const auth = { username: 'app', password: 'hunter2' };
    const open = { auth: 'basic', OAuth: 'a:b' };
    expect(redactor.record({ auth: 'a:b', proxyAuth: 'a:b', inner: { auth }, open })).toEqual({
      auth: REDACTED,
      proxyAuth: REDACTED,
      inner: { auth: { username: 'app', password: REDACTED } },
      open,
    });
  });

  it.each([
    'http://user-auth:8080/verify',
    'auth:login',
    'Auth: connection refused',
    'cardNotFound: order 5',
  ])('R16 A text such as %s stays whole.', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it.each([
    'password',
    'dbPassword',
    'pin',
    'pinNumber',
    'otp',
    'cvv',
    'pan_number',
    'passcode',
    'authCode',
    'recovery_code_2',
    'mfaCodeValue',
    'cardNumberRaw',
  ])('R16 A number under %s is hidden too.', (name) => {
    expect(redactor.record({ [name]: 123_456 })).toEqual({ [name]: REDACTED });
  });

  it.each(ORDINARY)('R16 The value of %s is left as it is.', (name) => {
    const record = { [name]: 'plain', list: [{ [name]: { of: 'plain' } }], count: { [name]: 3 } };
    expect(redactor.record(record)).toBe(record);
  });

  it.each(COUNTED)('R16 A number under %s is left as it is.', (name) => {
    const record = { [name]: 4_096, at: { [name]: 0 } };
    expect(redactor.record(record)).toBe(record);
  });

  it.each(['hasPassword', 'isTokenExpired', 'passwordless', 'useCookies'])(
    'R16 An answer under %s is left as it is.',
    (name) => {
      const record = { [name]: true, at: { [name]: false } };
      expect(redactor.record(record)).toBe(record);
    },
  );

  it('R16 That there is no secret is no secret.', () => {
    const record = { dbPassword: null, jwt: undefined, at: { sessionId: null } };
    expect(redactor.record(record)).toBe(record);
  });

  it('R16 A name of the application counts as a part of longer names, too.', () => {
    const own = new Redactor({ fields: ['tax-id'] });
    const cleaned = own.record({ taxId: 'T1', customerTaxId: 'T2', syntax: 'T3', idea: 'T4' });
    expect(cleaned).toEqual({
      taxId: REDACTED,
      customerTaxId: REDACTED,
      syntax: 'T3',
      idea: 'T4',
    });
  });
});

describe('Names to hide', () => {
  it('may be of any alphabet.', () => {
    const own = new Redactor({ fields: ['größe', 'пароль'] });
    expect(own.record({ größe: 'a', Пароль: 'b', gre: 'c' })).toEqual({
      größe: REDACTED,
      Пароль: REDACTED,
      gre: 'c',
    });
  });

  it('are refused where they have no letters and no digits.', () => {
    expect(() => new Redactor({ fields: ['--'] })).toThrow('"--" is no name');
  });
});
