import { describe, expect, it } from 'vitest';

import type { Visitor } from '../../../../lib/meta/access.ts';
import { Audit, type AuditRecord } from '../../../../lib/meta/audit.ts';
import type { GroupReports } from '../../../../lib/meta/group-reports.provider.ts';
import type { Artifacts } from '../../../../lib/meta/operations/artifacts.ts';
import { OperationsBoard } from '../../../../lib/meta/operations/operations-board.ts';

const READER: Visitor = { name: 'reader', access: 'read' };
const OPERATOR: Visitor = { name: 'operator', access: 'operate' };
const OWNER: Visitor = { name: 'owner', access: 'sensitive' };

function open() {
  const audited: AuditRecord[] = [];
  const inputs: object[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const board = new OperationsBoard({
    reports: {
      operations: () => Promise.resolve([]),
      gather: async () => ({ data: [{ worker: 1, value: ['badgeofboard'] }] }),
    } as unknown as GroupReports,
    audit: new Audit((record) => void audited.push(record)),
    artifacts: {} as Artifacts,
    allow: [],
    own: [
      {
        name: 'rotate',
        title: 'Rotate',
        access: 'sensitive',
        fields: [
          { name: 'password', label: 'Password', kind: 'text' },
          { name: 'badgeOfBoard', label: 'Badge', kind: 'text', isOptional: true },
        ],
        run: ({ input }) => {
          inputs.push(input);
          return ended;
        },
      },
      {
        name: 'watch',
        title: 'Watch',
        access: 'operate',
        isQuick: true,
        isLong: true,
        run: () => ended,
      },
      { name: 'look', title: 'Look', access: 'operate', isQuick: true, run: async () => 'seen' },
    ],
  });
  return { board, audited, inputs, end };
}

describe('The runs of operations', () => {
  it('are shown to visitors who may start their operation, and to no others.', async () => {
    const { board } = open();
    const { id } = await board.start('rotate', { password: 'hunter2' }, OWNER);
    expect([READER, OPERATOR, OWNER].map((visitor) => board.runsFor(visitor).length)).toEqual([
      0, 0, 1,
    ]);
    expect(() => board.find(id, READER)).toThrow('sensitive');
    expect(() => board.cancel(id, OPERATOR)).toThrow('sensitive');
    expect(board.cancel(id, OWNER).state).toBe('CANCELLED');
  });

  it('show and audit their input without its secrets, which the operation gets.', async () => {
    const { board, audited, inputs, end } = open();
    const run = await board.start('rotate', { password: 'hunter2' }, OWNER);
    end('done');
    await expect.poll(() => audited.length).toBe(1);
    expect(run.input).toEqual({ password: '[redacted]' });
    expect(audited[0]?.input).toEqual({ password: '[redacted]' });
    expect(inputs).toEqual([{ password: 'hunter2' }]);
  });

  it('R16 hide fields of their input that the application hides in its workers', async () => {
    const { board, audited, end } = open();
    const run = await board.start('rotate', { password: 'p', badgeOfBoard: 'b-17' }, OWNER);
    end('done');
    await expect.poll(() => audited.length).toBe(1);
    expect([run.input, audited[0]?.input]).not.toMatchObject([{ badgeOfBoard: 'b-17' }, {}]);
    expect(JSON.stringify([run, audited])).not.toContain('b-17');
  });

  it('are kept up to a number, beside one that runs for long', async () => {
    const { board, audited } = open();
    const { id } = await board.start('watch', {}, OWNER);
    for (let run = 0; run < 55; run++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await board.start('look', {}, OWNER);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await expect.poll(() => audited.length).toBe(run + 2);
    }
    expect(board.runsFor(OWNER)).toHaveLength(50);
    expect(board.find(id, OWNER).state).toBe('RUNNING');
  });

  it('audit the start of one that runs for long', async () => {
    const { board, audited } = open();
    const { id } = await board.start('watch', {}, OWNER);
    expect(audited).toMatchObject([{ what: 'watch', by: 'owner', outcome: 'started' }]);
    board.cancel(id, OWNER);
    expect(audited.map(({ what }) => what)).toEqual(['watch', 'cancel']);
  });
});
