import { describe, expect, it } from 'vitest';

import { navigation, type NavLink, tabs } from '../../../../lib/meta/view/navigation.ts';

const LINKS: readonly NavLink[] = [
  { href: '/', title: 'Overview', section: 'Overview' },
  { href: '/overload', title: 'Overload', section: 'Overload' },
  { href: '/journal', title: 'Journal', section: 'Overview' },
];

describe('The navigation', () => {
  it('has one entry for each section, with the number of its known problems.', () => {
    const counts = new Map([['Overload', { count: 2, noun: 'known problem' }]] as const);
    const page = { brand: 'Shop', links: LINKS, path: '/journal', section: 'Overview', counts };
    const { markup } = navigation(page as Parameters<typeof navigation>[0]);
    expect([...markup.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
      '/',
      '/',
      '/overload',
    ]);
    expect(markup).toMatch(/<a href="\/" aria-current="page">Overview<\/a>/);
    expect(markup).toContain('title="2 known problems">2<');
  });

  it('has tabs for the pages of a section, also on a page that is no tab itself.', () => {
    const about = { links: LINKS, path: '/readiness', section: 'Overview' } as const;
    const markup = JSON.stringify(tabs(about));
    expect(markup).toContain('/journal');
    expect(markup).not.toContain('aria-current');
    expect(tabs({ links: LINKS, path: '/overload', section: 'Overload' })).toBe('');
  });
});
