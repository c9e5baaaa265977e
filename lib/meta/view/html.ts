/** Markup that is safe to put into a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template takes. Nothing at all stands for nothing, and so does false. */
export type HtmlValue = Html | readonly HtmlValue[] | string | number | boolean | null | undefined;

/** Longest text that is shown, in characters. */
const MAX_TEXT = 10_000;

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Where Unicode has pictures of control characters. */
const PICTURES = 0x24_00;

/** All of them but tab and line feed, and those that turn the direction of writing. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * A template whose values are escaped, unless they are markup already. Control characters become
 * visible, and what is too long is cut.
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

/** A text as people can read it: without what a terminal or a page would obey. */
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
