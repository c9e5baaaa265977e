import { describe, expect, it } from 'vitest';

import { masthead, tabName } from '../../../../lib/meta/view/masthead.ts';

const NOW = Date.parse('2026-11-30T12:00:00.000Z');
const GROUP = {
  service: { name: 'receipts', version: '1.4.0' },
  environment: 'production',
  host: 'node-7',
  pid: 42,
  startedAt: '2026-11-30T10:00:00.000Z',
};

describe('The head of a page', () => {
  it('names service, version, environment, host and uptime of the group', () => {
    const text = masthead(GROUP, NOW)
      .markup.replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(text.trim()).toBe('receipts 1.4.0 production node-7 up 2 h 0 min');
  });

  it('has a title for the tab that tells one group from another', () => {
    expect(tabName(GROUP)).toBe('receipts@node-7');
    expect(tabName({ ...GROUP, service: { name: '', version: '' } })).toBe('service@node-7');
  });
});
