import { describe, expect, it } from 'vitest';

import { ReportError, Reports } from '../../../lib/reports/reports.ts';

const one = (): number => 1;

describe('Reports', () => {
  it('reads a snapshot when it is asked for', () => {
    const reports = new Reports<{ queue: { length: number } }>();
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

  it("hides secrets of an application's operation, in its result and in its error", async () => {
    const reports = new Reports();
    const about = { title: 'Login' };
    reports.operation('result', { access: 'read', about, run: () => ({ password: 'hunter2' }) });
    reports.operation('error', {
      access: 'read',
      about,
      run: () => Promise.reject(new Error('postgres://app:hunter2@db/x is down')),
    });
    expect(await reports.run('result', {})).toEqual({ password: '[redacted]' });
    await expect(reports.run('error', {})).rejects.toThrow('postgres://[redacted]@db/x is down');
  });

  it('refuses a name twice and a name that is not there', () => {
    const reports = new Reports<{ queue: number }>();
    const remove = reports.snapshot('queue', () => 1);
    expect(() => reports.snapshot('queue', () => 2)).toThrow(ReportError);
    expect(() => reports.read('other')).toThrow(ReportError);
    remove();
    expect(() => reports.snapshot('queue', () => 2)).not.toThrow();
  });

  it.each([
    [{ access: 'raed', run: one }, "reports.drain.access must be one of 'read', 'operate'"],
    [{ access: 'read' }, 'reports.drain.run must be a function'],
    [{ access: 'read', run: one, abut: {} }, 'reports.drain.abut is not an option'],
    [{ access: 'read', run: one, about: {} }, 'reports.drain.about.title must be a string'],
    [
      { access: 'read', run: one, about: { title: 'A', fields: [{ name: 'a', label: 'A' }] } },
      "reports.drain.about.fields[0].kind must be one of 'text', 'number', 'choice', 'flag'",
    ],
  ])('refuses the definition %o of an operation', (definition, message) => {
    expect(() => new Reports().operation('drain', definition as never)).toThrow(message);
  });

  it('refuses options of a registration that are not known', () => {
    const reports = new Reports();
    expect(() => reports.snapshot('queue', () => 1, { takeOver: true } as never)).toThrow(
      'reports.queue.takeOver is not an option. Known: takesOver.',
    );
    expect(() => reports.snapshot('queue', () => 1, { takesOver: 1 } as never)).toThrow(
      'reports.queue.takesOver must be true or false',
    );
  });

  it('hides secrets in what operations with a description return', async () => {
    const reports = new Reports();
    reports.operation('own', {
      access: 'read',
      run: () => ({ password: 'hunter2' }),
      about: { title: 'Own' },
    });
    await expect(reports.run('own', undefined)).resolves.toEqual({ password: '[redacted]' });
  });

  it('compiles with the names and shapes that it was made for, and no others', () => {
    const reports = new Reports<{ queue: { length: number } }>();
    // @ts-expect-error -- the length is a number
    reports.snapshot('queue', () => ({ length: 'three' }));
    // @ts-expect-error -- nothing has this name
    reports.snapshot('queues', () => ({ length: 3 }));
    const open = new Reports();
    open.snapshot('anything', () => 3);
    expect([...reports.names, ...open.names]).toEqual(['queue', 'queues', 'anything']);
  });
});
