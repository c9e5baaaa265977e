import {
  assignedAt,
  cookiesAt,
  credentialsAt,
  isAuthorization,
  isCookie,
} from './assigned-value.ts';
import type { SecretNames } from './secret-names.ts';
import { isSuspect } from './suspect-text.ts';

/** Replacement of a secret. */
export const REDACTED = '[redacted]';

/*
 * Every repetition below is bounded or starts at a word boundary, and patterns never backtrack over
 * what they passed, so that time is linear in the length of the text.
 */

/** Runs of 13 to 19 digits, with spaces or dashes between them, as on cards. */
const CARD_LIKE = /\b\d(?:[ -]?\d){12,18}\b/g;
const HAS_CARD_LIKE = /\d(?:[ -]?\d){12}/;

/** `scheme://user:password@host`: everything before the last `@`. */
const CREDENTIALS = /:\/\/[^\s/?#"'<>]{1,512}@/g;

/** The same with characters that a URL does not allow there: what fails to parse is logged whole. */
const ODD_CREDENTIALS =
  /:\/\/[^\s/?#"'<>:@[\]]{0,256}:(?!\d{1,5}(?:[/?#]|$))(?:(?!:\/\/)[^\s"'<>]){1,512}@/g;

/** A private key in PEM, or what is there of it. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:[^-]|-(?!----)){0,16384}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?/g;

/** `<name>value</`, the name with or without a prefix. */
const ELEMENT = /<(?:[\w-]{1,64}:)?([\w-]{1,64})(?:\s[^<>]{0,256})?>([^<]{1,4096})(?=<\/)/g;

/** `--name value`, as a command has it. */
const FLAG = /(?<![\w-])--([\w-]{1,64}) {1,3}(?!-)/g;

/** `Bearer ...` or `Basic ...`, without a header name. */
const BEARER = /\b(Bearer|Basic)\s{1,3}[\w.~+/-]{16,4096}=*/gi;

/** JSON web token; `eyJ` encodes `{"`. */
const JWT = /\beyJ[\w-]{4,1024}\.[\w-]{4,2048}\.[\w-]{0,1024}/g;

/**
 * `name=`, `name: `, `"name":`, `\"name\":` of JSON in JSON, `'name' =>` of a printed Map, or
 * `of[name]=` of a form, encoded or not.
 */
const ASSIGNMENT = /(?<![\w-])([\w-]{1,64})(?:\]|%5D)?\\{0,7}["']?\s{0,3}(?:=>?|:)\s{0,3}/gi;

/** Redacts the secrets that are recognizable in a text. */
export function withoutSecrets(text: string, names: SecretNames): string {
  if (!isSuspect(text)) return text;
  let cleaned = text;
  if (cleaned.includes('-----')) cleaned = cleaned.replaceAll(PRIVATE_KEY, REDACTED);
  if (cleaned.includes('://')) cleaned = withoutCredentials(cleaned);
  if (cleaned.includes('</')) cleaned = withoutElements(cleaned, names);
  if (cleaned.includes('--')) cleaned = withoutValues(cleaned, FLAG, names);
  if (/[:=]/.test(cleaned)) cleaned = withoutValues(cleaned, ASSIGNMENT, names);
  if (/bearer|basic/i.test(cleaned)) cleaned = cleaned.replaceAll(BEARER, `$1 ${REDACTED}`);
  if (cleaned.includes('eyJ')) cleaned = cleaned.replaceAll(JWT, REDACTED);
  return withoutCards(cleaned);
}

function withoutCredentials(text: string): string {
  return text
    .replaceAll(CREDENTIALS, `://${REDACTED}@`)
    .replaceAll(ODD_CREDENTIALS, `://${REDACTED}@`);
}

function withoutElements(text: string, names: SecretNames): string {
  return text.replaceAll(ELEMENT, (whole: string, name: string, value: string) => {
    if (!names.isSecret(name, asNumber(value))) return whole;
    return `${whole.slice(0, whole.length - value.length)}${REDACTED}`;
  });
}

/** Hides the values that follow names which `pattern` finds. */
function withoutValues(text: string, pattern: RegExp, names: SecretNames): string {
  let cleaned = '';
  let from = 0;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const name = nameIn(found);
    // Checks the name before searching for the value, to keep one pass.
    if (!names.isSecret(name, '')) continue;
    const at = pattern.lastIndex;
    const value = valueAt(text, at, { name, isHeader: found[0].includes(':') });
    if (value === undefined || !names.isSecret(name, asNumber(value))) continue;
    const quote = /^\\{0,7}["']/.exec(value)?.[0] ?? '';
    cleaned += `${text.slice(from, at)}${quote}${REDACTED}${quote}`;
    from = at + value.length;
    pattern.lastIndex = from;
  }
  return from === 0 ? text : cleaned + text.slice(from);
}

/** The name; of `%5Bname%5D`, an encoded bracket precedes it. */
function nameIn({ 1: name = '', index, input }: RegExpExecArray): string {
  return input[index - 1] === '%' && /^5b/i.test(name) ? name.slice(2) : name;
}

function valueAt(
  text: string,
  at: number,
  { name, isHeader }: { name: string; isHeader: boolean },
): string | undefined {
  if (isCookie(name)) return cookiesAt(text, at);
  return isHeader && isAuthorization(name) ? credentialsAt(text, at) : assignedAt(text, at);
}

function asNumber(value: string): string | number {
  return /^\d{1,15}$/.test(value) ? Number(value) : value;
}

function withoutCards(text: string): string {
  if (!HAS_CARD_LIKE.test(text)) return text;
  return text.replaceAll(CARD_LIKE, (found) => (isCardNumber(found) ? REDACTED : found));
}

/** Verifies the Luhn check digit of card numbers (ISO/IEC 7812). */
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
