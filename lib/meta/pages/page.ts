import type { AccessLevel } from '../../common/secondary-listener.options.ts';
import type { WorkerReportName } from '../../reports/report-types.ts';
import type { Visitor } from '../access.ts';
import type { Envelope } from '../envelope.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
import type { HtmlValue } from '../view/html.ts';

/** Request for a page. */
export interface Question {
  readonly reports: GroupReports;
  readonly history: GroupHistory;
  readonly visitor: Visitor;
  /** Template of the address of a trace, with `{traceId}`. */
  readonly traceUrl?: string | undefined;
  /** Id of the only worker to show; undefined: all. */
  readonly worker: number | undefined;
  /** Query parameters, the first of each name. */
  readonly query: Readonly<Record<string, string>>;
}

/** Heading of a page in the navigation. */
export type PageGroup =
  | 'Overview'
  | 'Traffic'
  | 'Runtime'
  | 'Application'
  | 'Telemetry'
  | 'Operations'
  | 'Custom';

/** Page and its JSON. */
export interface Page<T = unknown> {
  /** Path below `/` and below `/api/v1/`. */
  readonly name: string;
  readonly title: string;
  readonly group: PageGroup;
  /** Description in one sentence. */
  readonly about: string;
  /** Required access level. */
  readonly access: AccessLevel;
  /** Whether it can show a single worker. */
  readonly isPerWorker: boolean;
  /** Period of refresh while the page is open; 0: none. */
  readonly refreshMs: number;
  /** Whether the navigation lists it. */
  readonly isListed: boolean;
  load(question: Question): Promise<Envelope<T>>;
  /** Renders the data that was loaded. */
  render(envelope: Envelope<T>, question: Question): HtmlValue;
  /** Page of a single item. */
  readonly item?: {
    /** Title of the page of an item. @default the name of the item */
    title?(data: unknown, name: string): string;
    /** Description in one sentence. @default that of the page */
    readonly about?: string;
    load(question: Question, name: string): Promise<Envelope<unknown>>;
    render(envelope: Envelope<unknown>, question: Question, name: string): HtmlValue;
  };
}

type Described<T> = Omit<Page<T>, 'access' | 'isPerWorker' | 'refreshMs' | 'isListed'> &
  Partial<Page<T>>;

/** Creates a page with defaults. */
export function page<T>(described: Described<T>): Page {
  return { access: 'read', isPerWorker: true, refreshMs: 2_000, isListed: true, ...described };
}

/** Creates a page that shows a report of each worker. */
export function reportPage<K extends WorkerReportName>(
  described: Omit<Described<Answers<K>>, 'load'> & { name: K },
): Page {
  const { name } = described;
  return page<Answers<K>>({
    ...described,
    load: ({ reports, worker }) => reports.gather(name, { worker }),
  });
}
