/** Kinds of characters, by code. */
const OTHER = 0;
const DIGIT = 1;
/** Between the digits of a card, one at a time. */
const SEPARATOR = 2;
/** Assigns a value, ends the scheme of a URL, or begins an element of XML. */
const ASSIGNMENT = 3;
/** Third letter of a beginning below. */
const THIRD = 4;

/** Of `Bearer`, `Basic` and a JSON web token, in lower case. */
const BEGINNINGS: ReadonlySet<string> = new Set(['bea', 'bas', 'eyj']);

/** Digits of the shortest card number. */
const CARD_DIGITS = 13;

const KINDS = kindsOf({
  [DIGIT]: '0123456789',
  [SEPARATOR]: ' -',
  [ASSIGNMENT]: ':=<',
  [THIRD]: 'aAsSJ',
});

/**
 * Whether a text may hold a secret: an assignment, a URL with a password, an element of XML, a flag,
 * a token or the number of a card. Most texts do not; one pass over the codes tells so in a tenth of a pattern's time.
 */
export function isSuspect(text: string): boolean {
  // Two dashes begin a flag, or a key in PEM.
  return text.includes('--') || hasSuspectCharacters(text);
}

function hasSuspectCharacters(text: string): boolean {
  let digits = 0;
  let isAfterSeparator = false;
  for (let at = 0; at < text.length; at++) {
    const kind = KINDS[text.charCodeAt(at)] ?? OTHER;
    if (kind === DIGIT) {
      if (++digits === CARD_DIGITS) return true;
      isAfterSeparator = false;
      continue;
    }
    if (kind === ASSIGNMENT || (kind === THIRD && isBeginning(text, at))) return true;
    if (kind !== SEPARATOR || isAfterSeparator) digits = 0;
    isAfterSeparator = kind === SEPARATOR;
  }
  return false;
}

function isBeginning(text: string, at: number): boolean {
  return at >= 2 && BEGINNINGS.has(text.slice(at - 2, at + 1).toLowerCase());
}

function kindsOf(characters: Readonly<Record<number, string>>): Uint8Array {
  const kinds = new Uint8Array(128);
  for (const [kind, some] of Object.entries(characters)) {
    for (const character of some) kinds[character.charCodeAt(0)] = Number(kind);
  }
  return kinds;
}
