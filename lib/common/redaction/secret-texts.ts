import { assignedAt, cookiesAt, isCookie } from './assigned-value.ts';
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

/** `Bearer ...` or `Basic ...`, without a header name. */
const BEARER = /\b(Bearer|Basic)\s{1,3}[\w.~+/-]{16,4096}=*/gi;

/** JSON web token; `eyJ` encodes `{"`. */
const JWT = /\beyJ[\w-]{4,1024}\.[\w-]{4,2048}\.[\w-]{0,1024}/g;

/** `name=`, `name: `, `"name":`, `\"name\":` of JSON in JSON, or `'name' =>` of a printed Map. */
const ASSIGNMENT = /(?<![\w-])([\w-]{1,64})\\{0,7}["']?\s{0,3}(?:=>?|:)\s{0,3}/g;

/** Redacts the secrets that are recognizable in a text. */
export function withoutSecrets(text: string, names: SecretNames): string {
  if (!isSuspect(text)) return text;
  let cleaned = text;
  if (cleaned.includes('://')) cleaned = cleaned.replaceAll(CREDENTIALS, `://${REDACTED}@`);
  if (/[:=]/.test(cleaned)) cleaned = withoutAssigned(cleaned, names);
  if (/bearer|basic/i.test(cleaned)) cleaned = cleaned.replaceAll(BEARER, `$1 ${REDACTED}`);
  if (cleaned.includes('eyJ')) cleaned = cleaned.replaceAll(JWT, REDACTED);
  return withoutCards(cleaned);
}

function withoutAssigned(text: string, names: SecretNames): string {
  let cleaned = '';
  let from = 0;
  ASSIGNMENT.lastIndex = 0;
  for (let found = ASSIGNMENT.exec(text); found !== null; found = ASSIGNMENT.exec(text)) {
    const [, name = ''] = found;
    // Checks the name before searching for the value, to keep one pass.
    if (!names.isSecret(name, '')) continue;
    const at = ASSIGNMENT.lastIndex;
    const value = isCookie(name) ? cookiesAt(text, at) : assignedAt(text, at);
    if (value === undefined || !names.isSecret(name, asNumber(value))) continue;
    const quote = /^\\{0,7}["']/.exec(value)?.[0] ?? '';
    cleaned += `${text.slice(from, at)}${quote}${REDACTED}${quote}`;
    from = at + value.length;
    ASSIGNMENT.lastIndex = from;
  }
  return from === 0 ? text : cleaned + text.slice(from);
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
