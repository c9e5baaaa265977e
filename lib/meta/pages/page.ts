import type { AccessLevel } from '../../common/http/secondary-listener.options.ts';
import type { WorkerReportName } from '../../reports/report-types.ts';
import type { Visitor } from '../access.ts';
import { FOLLOW, FORMAT, type Parameters, WORKER } from '../api/parameter.ts';
import type { Envelope } from '../envelope.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
import type { Incidents } from '../incidents/incidents.ts';
import type { GroupJournal } from '../journal/group-journal.ts';
import type { HtmlValue } from '../view/html.ts';
import type { Section } from './sections.ts';

/** What pages are made of. */
export interface Sources {
  readonly reports: GroupReports;
  readonly history: GroupHistory;
  readonly incidents: Incidents;
  readonly journal: GroupJournal;
}

/** Request for a page. */
export interface Question extends Sources {
  readonly visitor: Visitor;
  /** Template of the address of a trace, with `{traceId}`. */
  readonly traceUrl?: string | undefined;
  /** Id of the only worker to show; undefined: all. */
  readonly worker: number | undefined;
  /** Query parameters, checked; empty ones are absent. */
  readonly query: Readonly<Record<string, string>>;
  /**
   * Hides what `redact` of the setup names; absent: it names nothing. The answer is redacted anyway:
   * only what a page searches needs it, so that nobody finds out by searching.
   */
  readonly redact?: ((value: unknown) => unknown) | undefined;
}

/** Records of the workers that a viewer can follow as they come. */
export interface LiveRecords {
  /** Operation of the workers that looks at their tail. */
  readonly operation: string;
  /** Schema of a record. */
  readonly schema: string;
  /** Query parameters that choose records. */
  readonly parameters: Parameters;
  /** Whether a checked query asks for a record. */
  filter(query: Readonly<Record<string, string>>): (record: unknown) => boolean;
}

/** Page and its JSON. */
export interface Page<T = unknown> {
  /** Path below `/` and below `/api/v1/`. */
  readonly name: string;
  readonly title: string;
  readonly section: Section;
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
  /** Whether it, or its page of an item, has charts over time, in which the journal is marked. */
  readonly hasCharts: boolean;
  /** Query parameters that it takes besides the common ones. */
  readonly parameters: Parameters;
  load(question: Question): Promise<Envelope<T>>;
  /** Renders the data that was loaded. */
  render(envelope: Envelope<T>, question: Question): HtmlValue;
  /** Live stream of its records; absent: it has none. */
  readonly live?: LiveRecords;
  /** Page of a single item. */
  readonly item?: {
    /** Meaning of the name in its path. */
    readonly named: string;
    /** Query parameters that it takes besides the common ones. @default none */
    readonly parameters?: Parameters;
    /** Title of the page of an item. @default the name of the item */
    title?(data: unknown, name: string): string;
    /** Description in one sentence. @default that of the page */
    readonly about?: string;
    load(question: Question, name: string): Promise<Envelope<unknown>>;
    render(envelope: Envelope<unknown>, question: Question, name: string): HtmlValue;
  };
}

type Preset = 'access' | 'isPerWorker' | 'refreshMs' | 'isListed' | 'hasCharts' | 'parameters';

type Described<T> = Omit<Page<T>, Preset> & Partial<Page<T>>;

/** Creates a page with defaults. */
export function page<T>(described: Described<T>): Page {
  return {
    access: 'read',
    isPerWorker: true,
    refreshMs: 2_000,
    isListed: true,
    hasCharts: false,
    parameters: {},
    ...described,
  };
}

/** All query parameters that a live stream takes. */
export function streamParametersOf({ parameters }: LiveRecords): Parameters {
  return { follow: FOLLOW, worker: WORKER, ...parameters };
}

/** All query parameters that a page, or an item of it, takes. */
export function parametersOf(
  { isPerWorker, parameters, item }: Pick<Page, 'isPerWorker' | 'parameters' | 'item'>,
  isItem = false,
): Parameters {
  const common = isPerWorker ? { format: FORMAT, worker: WORKER } : { format: FORMAT };
  return { ...common, ...(isItem ? item?.parameters : parameters) };
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
