import { wrongOption } from '../errors/wrong-use.ts';

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
  'connectionstring',
  'sessionid',
  'sessiontoken',
  'cardnumber',
  'creditcard',
  'securitycode',
  'pincode',
  'otpcode',
] as const;

/** Word sequences that mark a secret, in the singular: `Subscription-Key`, `mfaCodes`. */
const TELLING_WORDS: ReadonlySet<string> = new Set([
  'accountkey',
  'authcode',
  'authkey',
  'backupcode',
  'cardno',
  'ccnumber',
  'clientassertion',
  'codeverifier',
  'connectsid',
  'cred',
  'deploykey',
  'hmackey',
  'kubeconfig',
  'licensekey',
  'magiclink',
  'masterkey',
  'mfacode',
  'mnemonic',
  'phpsessid',
  'recoverycode',
  'resetcode',
  'samlresponse',
  'securityanswer',
  'seedphrase',
  'serverkey',
  'sessionkey',
  'sharedkey',
  'socialsecuritynumber',
  'sshkey',
  'ssn',
  'subscriptionkey',
  'tlskey',
  'twofactorcode',
  'verificationcode',
  'webhookkey',
]);

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
  'pat',
  'salt',
  'sid',
  'csrf',
  'xsrf',
  'cvv',
  'cvv2',
  'cvc',
  'cvn',
]);

/** The same at the end of joined words: `dbpass`, `newpwd`, `authtoken2`; not `bypass`. */
const JOINED_ENDS =
  /(?:tokens?|pwd|pswd|(?:admin|db|ftp|http|login|mail|my|mysql|new|old|pg|proxy|redis|root|smtp|user)pass)\d*$/;

/** Suffixes that keep the word before them a secret: `tokenHash`, `cookie-header`, `pan_number`. */
const FORMS: ReadonlySet<string> = new Set([
  'base64',
  'body',
  'bytes',
  'code',
  'confirm',
  'confirmation',
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
  'repeat',
  'str',
  'string',
  'text',
  'value',
  'values',
]);

/** The same for numbers, in whose names these two say what is counted. */
const LOOSE_FORMS: ReadonlySet<string> = new Set(
  [...FORMS].filter((word) => word !== 'code' && word !== 'number'),
);

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
  /(?:password|passwd|pwd|passcode|pin(?:number)?|otp|totp|pan(?:number)?|cvv2?|cvc|cvn|cardnumber|cardno|ccnumber|creditcard|codes?|ssn|socialsecuritynumber)$/;

/** Maximum number of cached names, which repeat. */
const MAX_KNOWN = 10_000;

/** Secrecy of a value by its name. */
type Secrecy = 'open' | 'secret' | 'secret unless a number' | 'secret with a colon';

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
      case 'secret with a colon':
        return typeof value === 'string' && value.includes(':');
      case 'open':
        return false;
    }
  }

  /** Whether an environment variable of this name may hold a secret. */
  isSecretVariable(name: string): boolean {
    const isTellingVariable = wordsOf(name).some((word) =>
      TELLING_PARTS_OF_VARIABLES.some((part) => word.includes(part)),
    );
    return isTellingVariable || this.isSecret(name, '');
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
    if (!isTelling(words)) return isBasicAuth(words) ? 'secret with a colon' : 'open';
    return NUMBERS.test(withoutForms(words, LOOSE_FORMS).join(''))
      ? 'secret'
      : 'secret unless a number';
  }

  #isAdded(words: readonly string[]): boolean {
    return words.some((_, index) => this.#more.has(words.slice(index).join('')));
  }
}

function isTelling(words: readonly string[]): boolean {
  const plain = words.join('');
  if (TELLING_PARTS.some((part) => plain.includes(part))) return true;
  const last = withoutForms(words, FORMS).at(-1) ?? '';
  if (TELLING_ENDS.has(last.replace(/\d+$/, '')) || JOINED_ENDS.test(last)) return true;
  return runsOf(words).some((run) => TELLING_WORDS.has(run.replace(/s$/, '')));
}

/** `user:password`, as options of `node:http` have it. */
function isBasicAuth(words: readonly string[]): boolean {
  return words.at(-1) === 'auth' && words.at(-2) !== 'o';
}

/** Up to three words in a row, joined. */
function runsOf(words: readonly string[]): string[] {
  return words.flatMap((_, at) => {
    return [1, 2, 3].map((count) => words.slice(at, at + count).join(''));
  });
}

/** Without words at the end that name a form or number it: `token_2`, `tokenHash`. */
function withoutForms(words: readonly string[], forms: ReadonlySet<string>): readonly string[] {
  const last = words.findLastIndex((word) => !forms.has(word) && !/^\d+$/.test(word));
  return words.slice(0, last + 1);
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
