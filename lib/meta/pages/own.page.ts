import type { Envelope, WorkerAnswer } from '../envelope.ts';
import { demand } from '../guard.ts';
import { NotFoundError } from '../meta.errors.ts';
import type { PlainContent } from '../own/meta-content.ts';
import type { OwnPage } from '../own/meta-page.decorator.ts';
import { contentView, mergeContent } from '../view/content.ts';
import { perWorker } from '../view/parts.ts';
import { page, type Question } from './page.ts';

/** Time limit for own pages: longer, because they may query a database. */
const TIMEOUT_MS = 1_000;

/** Workers that are asked one after another for content that all have. */
const MAX_TRIES = 3;

type PageAnswer = WorkerAnswer<PlainContent>;

interface OwnAnswer {
  page: OwnPage;
  answers: PageAnswer[];
}

/** The application's own pages, each below `/app/`. */
export const ownPages = page<OwnPage[]>({
  name: 'app',
  title: 'Custom pages',
  section: 'Custom',
  about: 'Pages of the application. @MetaPage()',
  isListed: false,
  async load(question) {
    const { data, ...about } = await question.reports.gather('pages');
    return { ...about, data: distinct(data) };
  },
  render: () => '',
  item: {
    named: 'Path of a page of the application.',
    async load(question, path) {
      const { reports, worker, visitor } = question;
      const own = await findPage(question, path);
      demand(visitor, own.access);
      const isOneEnough = own.isShared && worker === undefined;
      const { data, ...about } = isOneEnough
        ? await askOne(question, path)
        : await reports.gather(`page:${path}`, { worker, timeoutMs: TIMEOUT_MS });
      return { ...about, data: { page: own, answers: data } };
    },
    render(envelope) {
      const { page: own, answers } = envelope.data as OwnAnswer;
      if (own.merge || own.isShared) return contentView(mergeContent(answers), own.path);
      return perWorker(answers, (content, worker) => contentView(content, `${own.path}-${worker}`));
    },
  },
});

/** Asks READY workers in turn, as one may be silent, or too old to know the page; else all. */
async function askOne({ reports }: Question, path: string): Promise<Envelope<PageAnswer[]>> {
  const workers = await reports.primary('workers');
  const ready = workers.flatMap(({ id, state }) => (state === 'READY' && id !== null ? [id] : []));
  for (const worker of ready.slice(0, MAX_TRIES)) {
    // oxlint-disable-next-line no-await-in-loop -- the next one only if this one does not answer
    const envelope = await reports.gather(`page:${path}`, { worker, timeoutMs: TIMEOUT_MS });
    if (envelope.data.length > 0) return envelope;
  }
  const { data, ...about } = await reports.gather(`page:${path}`, { timeoutMs: TIMEOUT_MS });
  return { ...about, data: data.slice(0, 1) };
}

async function findPage({ reports }: Question, path: string): Promise<OwnPage> {
  const { data } = await reports.gather('pages');
  const found = distinct(data).find((one) => one.path === path);
  if (found === undefined) throw new NotFoundError('There is no such page');
  return found;
}

/** Merges the workers' lists, which differ only between versions. */
export function distinct(answers: readonly WorkerAnswer<OwnPage[]>[]): OwnPage[] {
  const byPath = new Map(
    answers.flatMap(({ value }) => value.map((one) => [one.path, one] as const)),
  );
  return [...byPath.values()];
}
