import { wrongOption } from '../wrong-use.ts';

/** Parts of names of secret values, without separators: `dbpassword`. */
const TELLING_PARTS = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'secret',
  'authorization',
  'credential',
  'apikey',
  'privatekey',
  'accesskey',
  'signingkey',
  'encryptionkey',
  'accountkey',
  'masterkey',
  'sharedkey',
  'hmackey',
  'sshkey',
  'authkey',
  'serverkey',
  'subscriptionkey',
  'licensekey',
  'deploykey',
  'webhookkey',
  'connectionstring',
  'sessionid',
  'sessionkey',
  'sessiontoken',
  'sessid',
  'connectsid',
  'cardnumber',
  'cardno',
  'ccnumber',
  'creditcard',
  'securitycode',
  'pincode',
  'otpcode',
  'mfacode',
  'twofactorcode',
  'verificationcode',
  'resetcode',
  'backupcode',
  'recoverycode',
  'authcode',
  'codeverifier',
  'clientassertion',
  'samlresponse',
  'mnemonic',
  'seedphrase',
] as const;

/** Parts of harmless names that look secret. */
const ORDINARY_PARTS = ['secretar'] as const;

/** Last words of names of secret values: `dbPass`, `refresh-token`. */
const TELLING_ENDS: ReadonlySet<string> = new Set([
  'pass',
  'pwd',
  'pswd',
  'pin',
  'bearer',
  'sig',
  'signature',
  'otp',
  'totp',
  'jwt',
  'token',
  'tokens',
  'cookie',
  'cookies',
  'pan',
  'cvv',
  'cvv2',
  'cvc',
  'cvn',
]);

/** Last words that leave the one before telling: `tokenHash`, `cookie-header`, `pan_number`. */
const FORMS: ReadonlySet<string> = new Set([
  'base64',
  'body',
  'bytes',
  'code',
  'current',
  'data',
  'digest',
  'encoded',
  'hash',
  'header',
  'headers',
  'hex',
  'new',
  'number',
  'old',
  'plain',
  'plaintext',
  'previous',
  'raw',
  'str',
  'string',
  'text',
  'value',
  'values',
]);

/**
 * Parts of words of names of environment variables that may hold a secret. More than of fields: a
 * variable is hidden anyway unless `showEnv` lists it, so a wrong guess costs little.
 */
const TELLING_PARTS_OF_VARIABLES = [
  'secret',
  'pass',
  'pwd',
  'token',
  'key',
  'cred',
  'auth',
  'cookie',
  'session',
  'salt',
  'signature',
  'private',
  'cert',
  'dsn',
  'license',
] as const;

/** Names under which a number is secret too; under others it is a count. */
const NUMBERS =
  /(?:password|passwd|pwd|passcode|pin|otp|totp|pan|cvv2?|cvc|cvn|cardnumber|cardno|ccnumber|creditcard|code)$/;

/** Maximum number of cached names, which repeat. */
const MAX_KNOWN = 10_000;

/** Secrecy of a value by its name. */
type Secrecy = 'open' | 'secret' | 'secret unless a number' | 'secret if a text';

/** Decides by name whether a value is secret. */
export class SecretNames {
  readonly #more = new Set<string>();
  readonly #known = new Map<string, Secrecy>();

  /** @param more additional names, in any spelling */
  constructor(more: readonly string[] = []) {
    this.add(more);
  }

  /** How many names were added. */
  get addedCount(): number {
    return this.#more.size;
  }

  /** Additional names, without separators. */
  get added(): string[] {
    return [...this.#more];
  }

  /**
   * @param more additional names, in any spelling
   * @throws TypeError for a name without letters and digits
   */
  add(more: readonly string[]): void {
    for (const name of more) {
      const words = wordsOf(name);
      if (words.length === 0)
        throw wrongOption(`"${name}" is no name: it has no letters or digits.`);
      this.#more.add(words.join(''));
    }
    this.#known.clear();
  }

  /** Whether a value of this name is secret. Booleans, null and undefined never are. */
  isSecret(name: string, value: unknown): boolean {
    if (value === undefined || value === null || typeof value === 'boolean') return false;
    switch (this.#secrecyOf(name)) {
      case 'secret':
        return true;
      case 'secret unless a number':
        return typeof value !== 'number';
      case 'secret if a text':
        return typeof value === 'string';
      case 'open':
        return false;
    }
  }

  /** Whether an environment variable of this name may hold a secret. */
  isSecretVariable(name: string): boolean {
    const isTelling = wordsOf(name).some((word) =>
      TELLING_PARTS_OF_VARIABLES.some((part) => word.includes(part)),
    );
    return isTelling || this.isSecret(name, '');
  }

  #secrecyOf(name: string): Secrecy {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const secrecy = this.#judge(wordsOf(name));
    if (this.#known.size < MAX_KNOWN) this.#known.set(name, secrecy);
    return secrecy;
  }

  #judge(words: readonly string[]): Secrecy {
    const plain = words.join('');
    if (this.#isAdded(words)) return 'secret';
    if (ORDINARY_PARTS.some((part) => plain.includes(part))) return 'open';
    const content = lastContent(words);
    // `user:password` in options of `node:http`; often an object with open fields elsewhere.
    if (content === 'auth') return 'secret if a text';
    if (!TELLING_PARTS.some((part) => plain.includes(part)) && !isTellingEnd(content))
      return 'open';
    const isNumberSecret = NUMBERS.test(plain) || NUMBERS.test(content);
    return isNumberSecret ? 'secret' : 'secret unless a number';
  }

  #isAdded(words: readonly string[]): boolean {
    return words.some((_, index) => this.#more.has(words.slice(index).join('')));
  }
}

function isTellingEnd(word: string): boolean {
  return TELLING_ENDS.has(word) || /tokens?$/.test(word);
}

/** Last word but for those of form and for numbers: `token2`, `token_2`. */
function lastContent(words: readonly string[]): string {
  const last = words.findLast((word) => !FORMS.has(word) && !/^\d+$/.test(word)) ?? '';
  return TELLING_ENDS.has(last) ? last : last.replace(/\d+$/, '');
}

/** `Access-Token`, `access_token` and `accessToken` have the same words. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}
