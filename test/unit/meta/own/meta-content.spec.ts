import { describe, expect, it } from 'vitest';

import { Redactor } from '../../../../lib/common/redaction/redactor.ts';
import { plainContent, safeContent } from '../../../../lib/meta/own/meta-content.ts';
import { html } from '../../../../lib/meta/view/html.ts';

const redactor = new Redactor({ fields: ['taxId'] });

describe('content of a custom page', () => {
  it('hides fields by their names, and shows markup as it was written', () => {
    const content = plainContent([
      { kind: 'facts', values: { taxId: 'DE-123', office: 'Bonn' } },
      { kind: 'table', rows: [{ taxId: 'DE-123' }] },
      // A replacement after `password:` would swallow the quote, and so free what follows it.
      html`<p title="password:" class="wide">taxId=DE-123</p>`,
    ]);
    expect(safeContent(content, redactor)).toEqual({
      kind: 'list',
      parts: [
        { kind: 'facts', values: { taxId: '[redacted]', office: 'Bonn' } },
        { kind: 'table', rows: [{ taxId: '[redacted]' }] },
        { kind: 'html', markup: '<p title="password:" class="wide">taxId=DE-123</p>' },
      ],
    });
  });
});
