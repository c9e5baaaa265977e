import { describe, expect, it } from 'vitest';

import { mergeSettings } from '../../../../lib/meta/model/settings.ts';
import { settingsPage } from '../../../../lib/meta/pages/settings.page.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import type { SettingRow } from '../../../../lib/reports/settings.ts';
import { questionTo } from '../question-to.ts';

function row(name: string, more: Partial<SettingRow> = {}): SettingRow {
  return {
    name,
    accepts: '1 to 10',
    choices: null,
    summary: '',
    configured: 1,
    value: 1,
    changed: null,
    problem: null,
    ...more,
  };
}

function changedFor(remainingMs: number): Partial<SettingRow> {
  return { value: 2, changed: { by: 'ada', since: '2026-11-29T12:00:00.000Z', remainingMs } };
}

describe('R43: the settings of all workers', () => {
  it('are one row each, changed ones first, whenever the workers answered', () => {
    const rows = mergeSettings([
      { worker: 1, value: [row('a'), row('b', changedFor(500))] },
      { worker: 2, value: [row('a'), row('b', changedFor(499)), row('c')] },
    ]);
    expect(rows.map(({ name, workers }) => [name, workers])).toEqual([
      ['b', [1, 2]],
      ['a', [1, 2]],
      ['c', [2]],
    ]);
  });

  it('are two where workers differ', () => {
    const rows = mergeSettings([
      { worker: 1, value: [row('a')] },
      { worker: 2, value: [row('a', { configured: 5, value: 5 })] },
    ]);
    expect(rows.map(({ value, workers }) => [value, workers])).toEqual([
      [1, [1]],
      [5, [2]],
    ]);
  });
});

describe('The page of settings', () => {
  it.each([
    ['read', 0],
    ['operate', 1],
  ] as const)('has for access %s %d forms', async (access, forms) => {
    const answers = [{ identity: { role: 'worker', id: 1 }, value: [row('a')] }] as const;
    const question = questionTo({
      primary: async () => [{ id: 1, state: 'READY' }],
      workers: async () => ({ answers: [...answers], without: [], missing: [], errors: [] }),
    });
    const asked = { ...question, visitor: { name: 'ada', access } };
    const { markup } = html`${settingsPage.render(await settingsPage.load(asked), asked)}`;
    expect(markup).toContain('<code>a</code>');
    expect(markup.match(/<form/g) ?? []).toHaveLength(forms);
  });
});
