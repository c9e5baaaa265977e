import { Redactor } from '../common/redaction/redactor.ts';
import { suffices, type Visitor } from './access.ts';
import { definedWithIsoTimes, withIsoTimes } from './api/iso-times.ts';
import type { Assets } from './assets.ts';
import type { Envelope } from './envelope.ts';
import { demand } from './guard.ts';
import { windowOf } from './history/history-window.ts';
import { chartMarks } from './journal/chart-marks.ts';
import { NotFoundError } from './meta.errors.ts';
import { isMarkup } from './own/meta-content.ts';
import {
  type LiveRecords,
  type Page,
  parametersOf,
  type Question,
  type Sources,
} from './pages/page.ts';
import type { Section } from './pages/sections.ts';
import type { MetaSetup } from './setup.ts';
import type { EventStream } from './streams/event-stream.ts';
import type { LiveStreams } from './streams/live-streams.ts';
import type { StreamFormat } from './streams/stream-event.ts';
import { withMarks } from './view/chart.ts';
import { layout } from './view/layout.ts';
import type { GroupIdentity } from './view/masthead.ts';
import type { NavCount, NavLink } from './view/navigation.ts';

export interface SiteOptions {
  sources: Sources;
  setup: MetaSetup;
  assets: Assets;
  pages: readonly Page[];
  streams: LiveStreams;
  /** Links to the application's own pages. */
  ownPages: { links(visitor: Visitor): Promise<readonly NavLink[]> };
}

/** Page, with the requested item of it. */
export interface Target {
  page: Page;
  item?: string | undefined;
}

/** Link of the index. */
export interface IndexEntry {
  href: string;
  methods: string[];
  access: string;
  title: string;
}

/** Finds, loads and renders pages. */
export class Site {
  readonly #options: SiteOptions;
  readonly #pages: ReadonlyMap<string, Page>;
  readonly #redactor: Redactor | undefined;

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#pages = new Map(options.pages.map((page) => [page.name, page]));
    const { redact = [] } = options.setup;
    this.#redactor = redact.length === 0 ? undefined : new Redactor({ fields: redact });
  }

  get brand(): string {
    return this.#options.setup.brand?.title ?? 'Buttress';
  }

  /** Template of the address of a trace; undefined: none is set up. */
  get traceUrl(): string | undefined {
    return this.#options.setup.traceUrl;
  }

  get pages(): readonly Page[] {
    return this.#options.pages;
  }

  get sources(): Sources {
    return this.#options.sources;
  }

  /** @throws NotFoundError when there is no such page */
  find(name: string, item?: string): Target {
    const page = this.#pages.get(name);
    if (page === undefined || (item !== undefined && page.item === undefined)) {
      throw new NotFoundError('There is no such page');
    }
    return { page, item };
  }

  /** @throws AccessError, NotFoundError, PrimarySilentError */
  async load({ page, item }: Target, asked: Question): Promise<Envelope<unknown>> {
    demand(asked.visitor, page.access);
    await this.sources.reports.demandWorker(asked.worker);
    const redactor = this.#redactor;
    const question = { ...asked, redact: redactor && ((value: unknown) => redactor.value(value)) };
    const loaded =
      item === undefined || page.item === undefined
        ? await page.load(question)
        : await page.item.load(question, item);
    const told = { ...loaded, ...this.#silence() };
    if (redactor === undefined) return told;
    return { ...told, data: redactor.value(told.data, isMarkup) };
  }

  /** Follows the records of a page as they come. @throws AccessError, NotFoundError, BusyError */
  async follow(
    { access }: Page,
    live: LiveRecords,
    { visitor, worker, query }: Pick<Question, 'visitor' | 'worker' | 'query'>,
    format: StreamFormat,
  ): Promise<EventStream> {
    demand(visitor, access);
    await this.sources.reports.demandWorker(worker);
    const isWanted = live.filter(query);
    const shown = (value: unknown): unknown => this.#redactor?.value(value) ?? value;
    return this.#options.streams.open({
      format,
      operation: live.operation,
      isWanted: (record) =>
        (worker === undefined || record.worker === worker) && isWanted(shown(record.value)),
      show: (value) => definedWithIsoTimes(live.schema, shown(value)),
    });
  }

  /** Loads what JSON has: points in time are texts. @throws as `load` does */
  async data(target: Target, question: Question): Promise<Envelope<unknown>> {
    const loaded = await this.load(target, question);
    const { page, item } = target;
    return { ...loaded, data: withIsoTimes(page.name, loaded.data, item !== undefined) };
  }

  /** Renders the whole page. @throws as `load` does */
  async markup(target: Target, question: Question): Promise<string> {
    const { page, item } = target;
    const [envelope, links, workers, identity, events] = await Promise.all([
      this.load(target, question),
      this.links(question.visitor),
      this.#workerIds(),
      this.#identity(),
      page.hasCharts ? this.sources.journal.entries().catch(() => []) : [],
    ]);
    const content = withMarks(chartMarks(events), () =>
      item === undefined || page.item === undefined
        ? page.render(envelope, question)
        : page.item.render(envelope, question, item),
    );
    const path = pathOf(target);
    return layout({
      brand: this.brand,
      ...headingOf(target, envelope.data),
      path,
      query: question.query,
      section: page.section,
      links,
      counts: this.#counts(),
      identity,
      assets: this.#options.assets.base,
      content,
      json: jsonOf(path, question.query),
      at: envelope.at,
      coverage: envelope.workers,
      primarySilentSince: envelope.primarySilentSince,
      ...(page.isPerWorker ? { workers, worker: question.worker } : {}),
      ranges: parametersOf(page, item !== undefined)['window']?.choices,
      range: windowOf(question.query),
      refreshMs: page.refreshMs,
    });
  }

  /** Renders an error page. */
  async problem(title: string, detail: string, visitor: Visitor | undefined): Promise<string> {
    return layout({
      brand: this.brand,
      title,
      about: detail,
      path: '',
      links: visitor === undefined ? [] : await this.links(visitor),
      assets: this.#options.assets.base,
      content: '',
      json: '/api/v1',
    });
  }

  /** Links to the pages that a visitor may see. */
  async links(visitor: Visitor): Promise<NavLink[]> {
    const { access } = visitor;
    const links = this.pages
      .filter((page) => page.isListed && suffices(access, page.access))
      .map((page) => ({ href: pathOf({ page }), title: page.title, section: page.section }));
    return [...links, ...(await this.#options.ownPages.links(visitor).catch(() => []))];
  }

  /** Problems that last, by the section in which their details are; the overview has all. */
  #counts(): Map<Section, NavCount> {
    const lasting = this.sources.incidents.all.filter(({ endedAt }) => endedAt === null);
    const bySection = Map.groupBy(lasting, ({ href }) => {
      const [name = ''] = href.slice(1).split(/[/?]/);
      return this.#pages.get(name)?.section ?? 'Overview';
    });
    const noun = 'known problem';
    const counts = Array.from(
      bySection,
      ([section, { length }]) => [section, { count: length, noun }] as const,
    );
    return new Map([...counts, ['Overview', { count: lasting.length, noun }]]);
  }

  #silence(): Pick<Envelope<unknown>, 'primarySilentSince'> {
    const since = this.sources.reports.primarySilentSince;
    return since === undefined ? {} : { primarySilentSince: new Date(since).toISOString() };
  }

  async #identity(): Promise<GroupIdentity> {
    const { reports, history } = this.sources;
    return { ...(await reports.primary('group')), service: history.service };
  }

  async #workerIds(): Promise<number[]> {
    const { data } = await this.sources.reports.workers();
    return data.flatMap(({ id }) => (id === null ? [] : [id]));
  }
}

/** Title and description of a page, or of one of its items. */
function headingOf({ page, item }: Target, data: unknown): { title: string; about: string } {
  if (item === undefined) return { title: page.title, about: page.about };
  const title = page.item?.title?.(data, item) ?? item;
  return { title, about: page.item?.about ?? page.about };
}

/** Path of a page; that of the overview is `/`. */
export function pathOf({ page, item }: Target): string {
  if (item !== undefined) return `/${page.name}/${encodeURIComponent(item)}`;
  return page.name === 'overview' ? '/' : `/${page.name}`;
}

function jsonOf(path: string, query: Readonly<Record<string, string>>): string {
  const { format: _format, ...rest } = query;
  const search = new URLSearchParams(rest).toString();
  const target = path === '/' ? '/api/v1/overview' : `/api/v1${path}`;
  return search === '' ? target : `${target}?${search}`;
}
