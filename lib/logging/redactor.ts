/** What stands in the place of something secret. */
export const REDACTED = '[redacted]';

/** Fields whose values nobody should read in a log, without separators and in lower case. */
const SECRET_FIELDS = [
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'sessiontoken',
  'csrftoken',
  'xcsrftoken',
  'xauthtoken',
  'apikey',
  'xapikey',
  'privatekey',
  'cardnumber',
  'creditcard',
  'pan',
  'cvv',
  'cvc',
] as const;

/** Longest way down into a record. What lies deeper is left out. */
const MAX_DEPTH = 8;

/** Runs of 13 to 19 digits, with spaces or dashes between them, as on a card. */
const CARD_LIKE = /\b\d(?:[ -]?\d){12,18}\b/g;
const HAS_CARD_LIKE = /\d(?:[ -]?\d){12}/;

export interface RedactorOptions {
  /** Names of further fields, in any spelling: `ssn`, `tax-id`. */
  fields?: readonly string[];
}

/**
 * Takes secrets out of log records: values of fields with telling names at any depth, and card
 * numbers in texts. What it is given stays unchanged.
 */
export class Redactor {
  readonly #secret: ReadonlySet<string>;
  /** Answers for names that were asked for: names repeat. */
  readonly #known = new Map<string, boolean>();

  constructor({ fields = [] }: RedactorOptions = {}) {
    this.#secret = new Set([...SECRET_FIELDS, ...fields.map(plain)]);
  }

  /** The same record, or a copy without its secrets. */
  record(record: Record<string, unknown>): Record<string, unknown> {
    return this.#object(record, 0, new Set());
  }

  /** A text without card numbers. */
  text(text: string): string {
    if (!HAS_CARD_LIKE.test(text)) return text;
    return text.replaceAll(CARD_LIKE, (found) => (isCardNumber(found) ? REDACTED : found));
  }

  #object(
    object: Record<string, unknown>,
    depth: number,
    above: Set<object>,
  ): Record<string, unknown> {
    let copy: Record<string, unknown> | undefined;
    above.add(object);
    for (const key of Object.keys(object)) {
      const value = object[key];
      const cleaned = this.#isSecret(key) ? hidden(value) : this.#value(value, depth, above);
      if (cleaned === value) continue;
      copy ??= { ...object };
      copy[key] = cleaned;
    }
    above.delete(object);
    return copy ?? object;
  }

  #value(value: unknown, depth: number, above: Set<object>): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (above.has(value)) return '[circular]';
    if (Array.isArray(value)) return this.#list(value, depth, above);
    // Errors, dates, buffers and the like know themselves how they look.
    if (!isPlain(value)) return value;
    return depth < MAX_DEPTH ? this.#object(value, depth + 1, above) : '[deep]';
  }

  #list(list: readonly unknown[], depth: number, above: Set<object>): unknown {
    if (depth >= MAX_DEPTH) return '[deep]';
    above.add(list);
    const cleaned = list.map((value) => this.#value(value, depth + 1, above));
    above.delete(list);
    return cleaned.every((value, index) => value === list[index]) ? list : cleaned;
  }

  #isSecret(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const isSecret = this.#secret.has(plain(name));
    if (this.#known.size < 10_000) this.#known.set(name, isSecret);
    return isSecret;
  }
}

/** `Access-Token`, `access_token` and `accessToken` are the same name. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, '');
}

/** That there was nothing is no secret. */
function hidden(value: unknown): unknown {
  return value === undefined || value === null ? value : REDACTED;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The check digit that all card numbers have (ISO/IEC 7812, Luhn). */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
