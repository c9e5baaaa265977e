import { expect, it } from 'vitest';

import { chart, withMarks } from '../../../../lib/meta/view/chart.ts';

const LINES = {
  id: 'load',
  title: 'Load',
  unit: '/s',
  times: [1_000, 2_000],
  series: [{ label: 'all', values: [1, 2] }],
};

it('Every chart of a page has the marks of the journal that its time span holds.', () => {
  const marks = [
    { at: 1_500, label: 'worker 1 was killed' },
    { at: 9_000, label: 'a reload' },
  ];
  const marked = withMarks(marks, () => chart(LINES).markup);
  expect(marked).toContain('worker 1 was killed');
  expect(marked).not.toContain('a reload');
  expect(chart(LINES).markup).not.toContain('worker 1 was killed');
});
