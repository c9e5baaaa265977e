import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { html } from '../../../../lib/meta/view/html.ts';

describe('html', () => {
  it('escapes values and keeps markup', () => {
    const item = html`<b title="${'<"'}">${'&'}</b>`;
    expect(html`${[item, item]}`.markup).toBe('<b title="&lt;&quot;">&amp;</b>'.repeat(2));
  });

  it('lets no value open a tag or leave an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const { markup } = html`<a title="${value}">`;
        expect(markup.slice(10, -2)).not.toMatch(/["'<>]/);
      }),
    );
  });
});
