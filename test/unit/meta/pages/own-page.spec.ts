import { describe, expect, it } from 'vitest';

import { ownPages } from '../../../../lib/meta/pages/own.page.ts';
import type { Question } from '../../../../lib/meta/pages/page.ts';

const PATH = 'orders';
const PAGE = {
  path: PATH,
  title: 'Orders',
  about: '',
  access: 'read',
  merge: false,
  isShared: true,
};
const CONTENT = { kind: 'table', columns: ['id'], rows: [[1]] };

/** A page that all workers have in common, of which only `able` answer, and who is asked for it. */
function sharedPage(able: readonly number[], ready = [1, 2, 3]) {
  const asked: (number | 'all')[] = [];
  const gather = async (name: string, { worker }: { worker?: number } = {}) => {
    if (name === 'pages') return { data: [{ worker: 1, value: [PAGE] }] };
    asked.push(worker ?? 'all');
    const answering = worker === undefined ? able : able.filter((id) => id === worker);
    return { data: answering.map((id) => ({ worker: id, value: CONTENT })) };
  };
  const primary = async () => ready.map((id) => ({ id, state: 'READY' }));
  const visitor = { name: 'ops', access: 'read' };
  const question = { reports: { gather, primary }, visitor } as unknown as Question;
  const load = async () => (await ownPages.item?.load(question, PATH))?.data;
  return { asked, load };
}

describe('A page with the same content in all workers', () => {
  it('comes from the first READY worker', async () => {
    const { asked, load } = sharedPage([1, 2, 3]);
    expect(await load()).toMatchObject({ answers: [{ worker: 1 }] });
    expect(asked).toEqual([1]);
  });

  it('comes from the next one if that is silent, or too old to know the page', async () => {
    const { asked, load } = sharedPage([2, 3]);
    expect(await load()).toMatchObject({ answers: [{ worker: 2 }] });
    expect(asked).toEqual([1, 2]);
  });

  it('comes once from any worker while none is READY', async () => {
    const { asked, load } = sharedPage([4, 5], []);
    expect(await load()).toMatchObject({ answers: [{ worker: 4 }] });
    expect(await load()).not.toMatchObject({ answers: [{}, {}] });
    expect(asked).toEqual(['all', 'all']);
  });
});
