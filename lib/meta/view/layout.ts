import type { Coverage } from '../envelope.ts';
import type { PageGroup } from '../pages/page.ts';
import { moment } from './format.ts';
import { Html, html, type HtmlValue } from './html.ts';

/** Link in the navigation. */
export interface NavLink {
  href: string;
  title: string;
  group: PageGroup;
}

export interface LayoutOptions {
  brand: string;
  title: string;
  about: string;
  /** Path of the page, without a query. */
  path: string;
  links: readonly NavLink[];
  assets: string;
  content: HtmlValue;
  json: string;
  at?: string;
  coverage?: Coverage;
  /** Ids of the workers to choose from, and the chosen one. */
  workers?: readonly number[];
  worker?: number | undefined;
  refreshMs?: number;
}

/** Renders a whole page. */
export function layout(options: LayoutOptions): string {
  const { brand, title, assets, refreshMs = 0, content } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${brand}</title>
        <link rel="stylesheet" href="${assets}/style.css" />
        <link rel="stylesheet" href="${assets}/uplot.css" />
        <link rel="icon" href="${assets}/icon.svg" type="image/svg+xml" />
        <script src="${assets}/uplot.js" defer></script>
        <script src="${assets}/pages.js" type="module"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        ${navigation(options)}
        <main id="content" data-refresh="${refreshMs}">${heading(options)} ${content}</main>
      </body>
    </html> `.markup;
}

function navigation({ brand, links, path }: LayoutOptions): Html {
  const groups = [...Map.groupBy(links, ({ group }) => group)];
  return html`<nav aria-label="Pages">
    <p class="brand"><a href="/">${brand}</a></p>
    ${groups.map(
      ([group, list]) =>
        html`<div class="nav-group">
          <p class="nav-title" id="nav-${idOf(group)}">${group}</p>
          <ul aria-labelledby="nav-${idOf(group)}">
            ${list.map((link) => html`<li>${anchor(link, path)}</li>`)}
          </ul>
        </div>`,
    )}
  </nav>`;
}

function idOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

function anchor({ href, title }: NavLink, path: string): Html {
  const isHere = href === path || (href !== '/' && path.startsWith(`${href}/`));
  return isHere
    ? html`<a href="${href}" aria-current="page">${title}</a>`
    : html`<a href="${href}">${title}</a>`;
}

function heading(options: LayoutOptions): Html {
  const { title, about, json } = options;
  return html`<header>
    <h1>${title}</h1>
    <p class="about">${about}</p>
    <p class="meta">
      ${coverageText(options)}<a href="${json}">JSON</a><span data-controls></span>
    </p>
    ${workerChoice(options)}
  </header>`;
}

function coverageText({ coverage, at }: LayoutOptions): HtmlValue {
  if (coverage === undefined) return '';
  const { expected, answered, missing } = coverage;
  const silent =
    missing.length > 0
      ? html` <strong class="poor"
          >No answer from ${missing.length === 1 ? 'worker' : 'workers'}
          ${missing.join(', ')}.</strong
        >`
      : '';
  return html`<span
    >${answered} of ${expected} workers reporting.${silent} As of ${moment(at)}.</span
  > `;
}

function workerChoice({ workers, worker, path }: LayoutOptions): HtmlValue {
  if (workers === undefined || workers.length < 2) return '';
  const choice = (id: number | undefined, label: string): Html => {
    const href = id === undefined ? path : `${path}?worker=${id}`;
    return id === worker
      ? html`<a href="${href}" aria-current="true">${label}</a>`
      : html`<a href="${href}">${label}</a>`;
  };
  return html`<p class="choice" role="group" aria-label="Worker">
    ${choice(undefined, 'All workers')}${workers.map((id) => choice(id, `Worker ${id}`))}
  </p>`;
}
