import { type Html, html } from './html.ts';

/**
 * Field of a form that chooses one of some values.
 *
 * @param labelOf text of a value; the value itself by default
 */
export function select(
  name: string,
  values: readonly string[],
  chosen: string,
  labelOf = (value: string): string => value,
): Html {
  return html`<select name="${name}">
    ${values.map((value) => {
      const selected = value === chosen ? html` selected` : '';
      return html`<option value="${value}" ${selected}>${labelOf(value)}</option>`;
    })}
  </select>`;
}
