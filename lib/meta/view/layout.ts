import { plural } from '../../common/plural.ts';
import type { Coverage } from '../envelope.ts';
import type { Section } from '../pages/sections.ts';
import { moment } from './format.ts';
import { type Html, html, type HtmlValue } from './html.ts';
import { type GroupIdentity, masthead, tabName } from './masthead.ts';
import { type NavCount, navigation, type NavLink, tabs } from './navigation.ts';

export interface LayoutOptions {
  brand: string;
  title: string;
  about: string;
  /** Path of the page, without a query. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Undefined: it is none of the pages. */
  section?: Section;
  links: readonly NavLink[];
  counts?: ReadonlyMap<Section, NavCount>;
  assets: string;
  content: HtmlValue;
  json: string;
  /** Undefined: the primary does not answer, or the visitor is unknown. */
  identity?: GroupIdentity | undefined;
  at?: string;
  coverage?: Coverage;
  /** ISO 8601; undefined: the primary answers. */
  primarySilentSince?: string | undefined;
  /** Ids of the workers to choose from, and the chosen one. */
  workers?: readonly number[];
  worker?: number | undefined;
  /** Ranges of time to choose from, and the chosen one. */
  ranges?: readonly string[] | undefined;
  range?: string;
  refreshMs?: number;
}

/** Renders a whole page. */
export function layout(options: LayoutOptions): string {
  const { brand, title, assets, path, section, links, identity, refreshMs = 0, content } = options;
  const { counts = new Map<Section, NavCount>() } = options;
  const owner = identity === undefined ? brand : tabName(identity);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${owner}</title>
        <link rel="stylesheet" href="${assets}/style.css" />
        <link rel="stylesheet" href="${assets}/uplot.css" />
        <link rel="icon" href="${assets}/icon.svg" type="image/svg+xml" />
        <script src="${assets}/uplot.js" defer></script>
        <script src="${assets}/idiomorph.js" defer></script>
        <script src="${assets}/pages.js" type="module"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        ${navigation({ brand, links, path, section, counts })}
        <main id="content" data-refresh="${refreshMs}">${heading(options)} ${content}</main>
      </body>
    </html> `.markup;
}

function heading(options: LayoutOptions): Html {
  const { title, about, json, identity, links, path, section } = options;
  return html`<header>
    ${identity === undefined ? '' : masthead(identity, Date.now())}
    <h1>${title}</h1>
    <p class="about">${about}</p>
    ${tabs({ links, path, section })}
    <p class="meta">
      ${coverageText(options)}<a href="${json}">JSON</a><span data-controls id="controls"></span>
    </p>
    <div class="choices">${rangeChoice(options)} ${workerChoice(options)}</div>
  </header>`;
}

function coverageText({ coverage, primarySilentSince, at }: LayoutOptions): HtmlValue {
  if (coverage === undefined) return '';
  const { expected, answered, missing } = coverage;
  const silent =
    missing.length > 0
      ? html` <strong class="poor"
          >No answer from ${missing.length === 1 ? 'worker' : 'workers'}
          ${missing.join(', ')}${staleText(coverage)}.</strong
        >`
      : '';
  const empty = expected - answered - missing.length;
  const slots =
    empty > 0 ? html` <strong class="poor">${plural(empty, 'empty slot')}.</strong>` : '';
  const primary =
    primarySilentSince === undefined
      ? ''
      : html` <strong class="poor"
          >No answer from the primary since ${moment(primarySilentSince)}: its figures date from
          then.</strong
        >`;
  return html`<span
    >${answered} of ${expected} workers reporting.${silent}${slots}${primary} As of
    <span data-as-of="${at}">${moment(at)}</span>.</span
  > `;
}

/** Age of the figures that stand for silent workers. */
function staleText({ stale = [] }: Coverage): HtmlValue {
  if (stale.length === 0) return '';
  const [oldest = ''] = stale.map(({ at }) => at).toSorted();
  return html`: figures from ${moment(oldest)} stand for
  ${stale.map(({ worker }) => worker).join(', ')}`;
}

function rangeChoice({ ranges, range, path, query }: LayoutOptions): HtmlValue {
  if (ranges === undefined) return '';
  return html`<p class="range" role="group" aria-label="Range">
    ${ranges.map((window) => choice(pathWith(path, { ...query, window }), window, window === range))}
  </p>`;
}

function workerChoice({ workers, worker, path, query = {} }: LayoutOptions): HtmlValue {
  if (workers === undefined || workers.length < 2) return '';
  const { worker: _chosen, ...others } = query;
  return html`<p class="choice" role="group" aria-label="Worker">
    ${choice(pathWith(path, others), 'All workers', worker === undefined)}
    ${workers.map((id) =>
      choice(pathWith(path, { ...others, worker: `${id}` }), `Worker ${id}`, id === worker),
    )}
  </p>`;
}

function choice(href: string, label: string, isChosen: boolean): Html {
  return isChosen
    ? html`<a href="${href}" aria-current="true">${label}</a>`
    : html`<a href="${href}">${label}</a>`;
}

function pathWith(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}
