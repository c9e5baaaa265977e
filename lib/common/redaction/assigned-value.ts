/** Length of a value that is looked through; the rest of a longer one stays. */
const MAX_LENGTH = 4_096;

/** Bare value: with an authentication scheme, or up to a separator. */
const BARE = /(?:(?:Bearer|Basic|Digest|Negotiate)\s{1,3})?[^\s&;,"'}\])]{1,4096}/iy;

/** Opening quote, with the backslashes of JSON in JSON. */
const QUOTE = /(\\{0,7})(["'])/y;

const DONE = /\\{0,7}["']?\[redacted\]/y;

/** Cookies of a raw header, up to the end of its line or of the text around it. */
const COOKIES = /[^"'\\\r\n]{1,4096}/y;

const WORD = String.raw`[^\s&;,"'\\}\])]{1,4096}`;

/** What follows its opening quote tells a parameter from the end of a quoted header. */
const QUOTED = String.raw`\\{0,7}"(?![\s,}\]]|$)[^"\r\n]{0,4096}"`;

const PARAMETER = String.raw`[\w-]{1,64}=(?:${QUOTED}|[^\s,"'\\]{1,4096})`;
/** Digest has quoted parameters; after any other scheme come a word, parameters, or both. */
const CREDENTIALS = new RegExp(
  String.raw`Digest\s[^\r\n]{1,4096}|${WORD}(?:[ \t]{1,3}(?:[\w-]{1,64}=${QUOTED}|${WORD})(?:,\s?${PARAMETER}){0,16})?`,
  'iy',
);

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/**
 * The value that is assigned at a place in a text: quoted, a list or object in brackets, or up to a
 * separator. Undefined if there is none or it is already redacted.
 */
export function assignedAt(text: string, at: number): string | undefined {
  if (isDone(text, at)) return undefined;
  return enclosedAt(text, at) ?? matchAt(BARE, text, at);
}

/** The same for a header of cookies, which holds several assignments. */
export function cookiesAt(text: string, at: number): string | undefined {
  if (isDone(text, at)) return undefined;
  const line = matchAt(COOKIES, text, at) ?? '';
  const enclosed = enclosedAt(text, at) ?? '';
  // A name of a cookie may begin with a bracket.
  const longer = line.length > enclosed.length ? line : enclosed;
  return longer === '' ? undefined : longer;
}

/** The same for a raw header of authorization: a scheme of any name, and what belongs to it. */
export function credentialsAt(text: string, at: number): string | undefined {
  if (isDone(text, at)) return undefined;
  return enclosedAt(text, at) ?? matchAt(CREDENTIALS, text, at);
}

export function isAuthorization(name: string): boolean {
  return name.toLowerCase().endsWith('authorization');
}

export function isCookie(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'cookie' || lower === 'set-cookie';
}

/** A value in quotes or brackets. */
function enclosedAt(text: string, at: number): string | undefined {
  const end = endOfQuoted(text, at) ?? endOfBrackets(text, at);
  return end === undefined ? undefined : text.slice(at, end);
}

function isDone(text: string, at: number): boolean {
  return matchAt(DONE, text, at) !== undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** End of a quoted value: at the quote that has as many backslashes as the first one. */
function endOfQuoted(text: string, at: number): number | undefined {
  QUOTE.lastIndex = at;
  const [opening = '', slashes = '', quote = ''] = QUOTE.exec(text) ?? [];
  if (quote === '') return undefined;
  const from = at + opening.length;
  const limit = Math.min(text.length, from + MAX_LENGTH);
  for (let place = text.indexOf(quote, from); place >= 0 && place < limit;) {
    const run = slashesBefore(text, place, from);
    const isEscaped = slashes.length === 0 ? run % 2 === 1 : run !== slashes.length;
    if (!isEscaped) return place + 1;
    place = text.indexOf(quote, place + 1);
  }
  return limit;
}

/** Number of backslashes in a row before a place. */
function slashesBefore(text: string, place: number, from: number): number {
  let first = place;
  while (first > from && text[first - 1] === '\\') first--;
  return place - first;
}

/** End of a value in brackets; those in quoted texts count too: more is hidden rather than less. */
function endOfBrackets(text: string, at: number): number | undefined {
  const opening = text[at] ?? '';
  const closing = CLOSING[opening];
  if (closing === undefined) return undefined;
  const limit = Math.min(text.length, at + MAX_LENGTH);
  let depth = 0;
  for (let place = at; place < limit; place++) {
    if (text[place] === opening) depth++;
    else if (text[place] === closing && --depth === 0) return place + 1;
  }
  return limit;
}
