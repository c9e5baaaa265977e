/** Markup that needs no escaping. */
export class Html {
  constructor(readonly markup: string) {}
}

/** Value in a template. Null, undefined and false render as nothing. */
export type HtmlValue = Html | readonly HtmlValue[] | string | number | boolean | null | undefined;

/** Maximum length of a text that is shown, in characters. */
const MAX_TEXT = 10_000;

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** First of Unicode's pictures of control characters. */
const PICTURES = 0x24_00;

/** Control characters except tab and line feed, and those that change the writing direction. */
// oxlint-disable-next-line no-control-regex -- the pattern must match them
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Escapes the values of a template, except those that are markup. Makes control characters visible
 * and truncates long texts.
 *
 * @example
 * html`<p>${order.customer}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  const parts = strings.map((text, i) => text + (i < values.length ? render(values[i]) : ''));
  return new Html(parts.join(''));
}

/** A value as JSON, for an attribute. */
export function jsonAttribute(value: unknown): Html {
  return new Html(escaped(JSON.stringify(value)));
}

/** Makes control characters visible, so that no terminal or page obeys them, and truncates. */
export function printable(text: string, max = MAX_TEXT): string {
  const cut = text.length > max ? `${text.slice(0, max)}… (${text.length} characters)` : text;
  return cut.replaceAll(CONTROLS, pictureOf);
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string') return escaped(printable(value));
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null) return value.map(render).join('');
  return value === true ? 'yes' : '';
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(PICTURES + code) : '\uFFFD';
}
