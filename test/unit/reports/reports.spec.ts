import { describe, expect, it } from 'vitest';

import { ReportError, Reports } from '../../../lib/reports/reports.ts';

describe('Reports', () => {
  it('reads a snapshot when it is asked for', () => {
    const reports = new Reports();
    let length = 0;
    reports.snapshot('queue', () => ({ length }));
    length = 3;
    expect(reports.read('queue')).toEqual({ length: 3 });
    expect(reports.names).toEqual(['queue']);
  });

  it('runs an operation and tells what access it asks for', async () => {
    const reports = new Reports();
    reports.operation('drain', {
      access: 'operate',
      run: (input) => ({ drained: input }),
    });
    expect(reports.accessOf('drain')).toBe('operate');
    await expect(reports.run('drain', 7)).resolves.toEqual({ drained: 7 });
  });

  it('refuses a name twice and a name that is not there', () => {
    const reports = new Reports();
    const remove = reports.snapshot('queue', () => 1);
    expect(() => reports.snapshot('queue', () => 2)).toThrow(ReportError);
    expect(() => reports.read('other')).toThrow(ReportError);
    remove();
    expect(() => reports.snapshot('queue', () => 2)).not.toThrow();
  });
});
