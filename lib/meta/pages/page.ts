import type { AccessLevel } from '../../common/secondary-listener.options.ts';
import type { Visitor } from '../access.ts';
import type { Envelope } from '../envelope.ts';
import type { GroupReports, WorkerAnswer } from '../group-reports.provider.ts';
import type { HtmlValue } from '../view/html.ts';

/** What a page is asked for. */
export interface Question {
  readonly reports: GroupReports;
  readonly visitor: Visitor;
  /** The only worker that is meant. */
  readonly worker: number | undefined;
  /** Parameters of the address, each once. */
  readonly query: Readonly<Record<string, string>>;
}

/** Under which heading a page stands. */
export type PageGroup =
  | 'Now'
  | 'Traffic'
  | 'Inside'
  | 'Application'
  | 'Records'
  | 'Act'
  | 'Own pages';

/** One page and its JSON. */
export interface Page<T = unknown> {
  /** Its path below `/` and below `/api/v1/`. */
  readonly name: string;
  readonly title: string;
  readonly group: PageGroup;
  /** One sentence of what it tells. */
  readonly about: string;
  /** Access that it needs. */
  readonly access: AccessLevel;
  /** Whether it can be asked of one worker alone. */
  readonly isPerWorker: boolean;
  /** How often it is refreshed while someone looks, in milliseconds; 0: not at all. */
  readonly refreshMs: number;
  /** Whether the navigation names it. */
  readonly isListed: boolean;
  load(question: Question): Promise<Envelope<T>>;
  /** The page of what was loaded. */
  render(envelope: Envelope<T>, question: Question): HtmlValue;
  /** One item of it: a page of its own. */
  readonly item?: {
    load(question: Question, name: string): Promise<Envelope<unknown>>;
    render(envelope: Envelope<unknown>, question: Question, name: string): HtmlValue;
  };
}

type Described<T> = Omit<Page<T>, 'access' | 'isPerWorker' | 'refreshMs' | 'isListed'> &
  Partial<Page<T>>;

/** A page with the usual answers to what it does not say. */
export function page<T>(described: Described<T>): Page {
  return { access: 'read', isPerWorker: true, refreshMs: 2_000, isListed: true, ...described };
}

/** A page that shows what each worker reports under a name. */
export function reportPage<T>(
  described: Omit<Described<WorkerAnswer<T>[]>, 'load'> & { report: string },
): Page {
  const { report, ...rest } = described;
  return page<WorkerAnswer<T>[]>({
    ...rest,
    load: ({ reports, worker }) => reports.gather<T>(report, { worker }),
  });
}
