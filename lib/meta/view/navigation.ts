import { plural } from '../../common/plural.ts';
import { type Section, SECTIONS } from '../pages/sections.ts';
import { type Html, html, type HtmlValue } from './html.ts';

/** Link to a page. */
export interface NavLink {
  href: string;
  title: string;
  section: Section;
}

/** Number beside an entry, and what it counts. */
export interface NavCount {
  count: number;
  noun: string;
}

export interface NavigationOptions {
  brand: string;
  links: readonly NavLink[];
  /** Path of the page, without a query. */
  path: string;
  /** Section of the page; undefined: it is none of the pages. */
  section: Section | undefined;
  counts: ReadonlyMap<Section, NavCount>;
}

/** One entry for each section. */
export function navigation({ brand, links, section: here, counts }: NavigationOptions): Html {
  const bySection = Map.groupBy(links, ({ section }) => section);
  const entries = SECTIONS.flatMap((section) => {
    const [first] = bySection.get(section) ?? [];
    return first === undefined ? [] : [{ section, first }];
  });
  return html`<nav aria-label="Sections">
    <p class="brand"><a href="/">${brand}</a></p>
    <ul>
      ${entries.map(({ section, first }) => {
        const label = html`${section}${badgeOf(counts.get(section))}`;
        return html`<li>${anchor(first.href, label, section === here && 'page')}</li>`;
      })}
    </ul>
  </nav>`;
}

/** Pages of the section of a page; nothing for a page alone. */
export function tabs({
  links,
  path,
  section: own,
}: Pick<NavigationOptions, 'links' | 'path' | 'section'>): HtmlValue {
  const here = linkOf(links, path);
  const pages = links.filter(({ section }) => section === own);
  if (pages.length < 2) return '';
  return html`<nav class="tabs" aria-label="Pages of ${own}">
    <ul>
      ${pages.map((link) => html`<li>${anchor(link.href, link.title, link === here && 'page')}</li>`)}
    </ul>
  </nav>`;
}

function linkOf(links: readonly NavLink[], path: string): NavLink | undefined {
  return links.find(({ href }) => href === path || (href !== '/' && path.startsWith(`${href}/`)));
}

function anchor(href: string, label: HtmlValue, current: 'page' | false): Html {
  return current === false
    ? html`<a href="${href}">${label}</a>`
    : html`<a href="${href}" aria-current="${current}">${label}</a>`;
}

function badgeOf(told: NavCount | undefined): HtmlValue {
  if (told === undefined || told.count === 0) return '';
  const { count, noun } = told;
  return html` <span class="nav-count" title="${plural(count, noun)}">${count}</span>`;
}
