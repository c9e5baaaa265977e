import { describe, expect, it } from 'vitest';

import { html } from '../../../../lib/meta/view/html.ts';
import {
  type ColumnFact,
  varying,
  workerColumns,
} from '../../../../lib/meta/view/worker-columns.ts';

const OPTIONS = { id: 'all', caption: 'All' };

function columns(...workers: ColumnFact[][]): string {
  const all = workers.map((facts, at) => ({ worker: at + 1, facts }));
  return html`${workerColumns(all, OPTIONS)}`.markup.replaceAll(/\s+/g, ' ');
}

const node = (value: string): ColumnFact => ({ label: 'Node', value });

describe('Facts of workers as columns', () => {
  it('have a column for each worker, and say that all are alike', () => {
    const markup = columns([node('v24')], [node('v24')]);
    expect(markup).toContain('<th scope="col">Worker 2</th>');
    expect(markup).toContain('Alike in all 2 workers');
    expect(markup).not.toContain('≠');
  });

  it('mark the worker that differs from most', () => {
    const markup = columns([node('v24')], [node('v26')], [node('v24')]);
    expect(markup).toMatch(/<tr class="differs"> <th scope="row" ?>≠ Node<\/th>/);
    expect(markup.match(/<td class="odd">v26<\/td>/g)).toHaveLength(1);
    expect(markup.match(/class="odd"/g)).toHaveLength(1);
    expect(markup).toContain('differ between workers (1)');
  });

  it('mark all where no value is that of most', () => {
    expect(columns([node('v24')], [node('v26')]).match(/class="odd"/g)).toHaveLength(2);
  });

  it('mark a worker of another version, which lacks a fact', () => {
    const markup = columns([node('v24')], [node('v24')], []);
    expect(markup).toContain('<td class="odd">–</td>');
  });

  it('do not mark what rightly differs', () => {
    const [one, two] = [1, 2].map((value) => varying([{ label: 'PID', value, kind: 'count' }]));
    expect(columns(one!, two!)).not.toContain('≠');
  });

  it('of nobody say so, and of one worker compare nothing', () => {
    expect(columns()).toContain('No worker has reported this');
    expect(columns([node('v24')])).not.toContain('Alike');
  });
});
