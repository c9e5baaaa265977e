import { suffices, type Visitor } from './access.ts';
import type { GroupReports } from './group-reports.provider.ts';
import type { OwnPage } from './own/meta-page.decorator.ts';
import { distinct } from './pages/own.page.ts';
import type { NavLink } from './view/navigation.ts';

/** Time for which links are cached: they change only with the workers. */
const TTL_MS = 5_000;

/** Links to the application's own pages. */
export class OwnLinks {
  readonly #reports: GroupReports;
  #pages: Promise<OwnPage[]> | undefined;
  #askedAt = -Infinity;

  constructor(reports: GroupReports) {
    this.#reports = reports;
  }

  async links({ access }: Visitor): Promise<NavLink[]> {
    const pages = await this.#find();
    return pages
      .filter((page) => suffices(access, page.access))
      .map(({ path, title }) => ({ href: `/app/${path}`, title, section: 'Custom' }));
  }

  #find(): Promise<OwnPage[]> {
    const now = performance.now();
    if (this.#pages !== undefined && now - this.#askedAt < TTL_MS) return this.#pages;
    this.#askedAt = now;
    return (this.#pages = this.#reports.gather('pages').then(({ data }) => distinct(data)));
  }
}
