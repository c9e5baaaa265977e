import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { beforeAll, describe, expect, it } from 'vitest';

import { browserPath, explainSkip, sharedBrowser, type Visit } from '../../support/browser.ts';
import { DATA_SCHEMAS } from '../../support/meta-schemas.ts';
import { endGroup, openGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

explainSkip();

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const NAMES = Object.keys(DATA_SCHEMAS).filter((name) => name !== 'app');

/** One group for all tests: none of them changes what another one looks at. */
let group: TestGroup;
let url: string;

async function startPages(): Promise<() => Promise<void>> {
  group = await openGroup({
    app: 'logging.app',
    options: { workers: 2, meta: { port: 0, allow: ['cpu-profile'] } },
  });
  await group.untilAllReady();
  url =
    group.log.find(({ msg }) => msg.startsWith('pages on '))?.msg.slice('pages on '.length) ?? '';
  await Promise.all(
    ['/say/log', '/count', '/fail', '/job', '/say/debug'].map((path) => group.get(path)),
  );
  await until('charts', async () => {
    return (await group.read<{ history: unknown[] }>('/api/v1/overview')).history.length > 3;
  });
  return () => endGroup(group);
}

/** What is too wide, too low or broken in a page, as an expression for the browser. */
const LAYOUT_FAULTS = `(() => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page is too wide');
  for (const part of document.querySelectorAll('.scroll')) {
    const over = part.scrollWidth - part.clientWidth;
    if (over > 1) faults.push('cut by ' + over + ' px: ' + part.textContent.trim().slice(0, 60));
  }
  for (const chart of document.querySelectorAll('figure.plot svg, .uplot canvas')) {
    const { height } = chart.getBoundingClientRect();
    if (height > 0 && height < 110) faults.push('a chart of ' + height + ' px');
  }
  for (const cell of document.querySelectorAll('th, td.count, td.duration, td.state')) {
    const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode();
    if (text === null) continue;
    for (const { index, 0: word } of text.data.matchAll(/[\\p{L}\\d]+/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (range.getClientRects().length > 1) faults.push('a broken word: ' + word);
    }
  }
  return faults;
})()`;

interface Finding {
  id: string;
  nodes: { html: string }[];
}

/** What axe-core finds, best practice included. */
async function findings({ page }: Visit): Promise<string[]> {
  // Through the protocol: the pages' own policy lets no script in.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const result = await page.evaluate<{ violations: Finding[] }>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

// A browser and a group at once take long on a small machine.
describe.skipIf(browserPath === undefined)('pages in a browser', { timeout: 240_000 }, () => {
  const openPage = sharedBrowser();
  beforeAll(startPages, 120_000);

  it.each([
    ['on a screen', {}],
    ['in the dark, on a phone', { dark: true, width: 390 }],
  ] as const)('render without a complaint, and can be used by everyone %s', async (_, options) => {
    const visit = await openPage(options);
    for (const name of NAMES) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await visit.page.goto(`${url}/${name}`, { waitUntil: 'load' });
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([name, await visit.page.locator('h1').count()]).toEqual([name, 1]);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([name, await findings(visit)]).toEqual([name, []]);
      expect([name, visit.complaints]).toEqual([name, []]);
    }
  });

  it('cut no column, break no word and have legible charts at 1,280 px', async () => {
    const { page } = await openPage({ width: 1_280 });
    const faults: string[] = [];
    for (const name of [...NAMES, 'stats/http.server.request_duration']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await page.goto(`${url}/${name}`, { waitUntil: 'load' });
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const found = await page.evaluate<string[]>(LAYOUT_FAULTS);
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  it('lose no click, focus or selection to a refresh', async () => {
    const { page, complaints } = await openPage();
    await page.goto(url);
    const at = (): Promise<string | null> => page.locator('header time').getAttribute('datetime');
    const refreshed = async (): Promise<void> => {
      const before = await at();
      await until('a refresh', async () => (await at()) !== before, { withinMs: 20_000 });
    };
    const link = page.locator('#workers tbody a').first();
    await link.waitFor();
    await link.focus();
    await page.evaluate('globalThis.focused = document.activeElement');
    await page.evaluate(`getSelection().selectAllChildren(document.querySelector('h1'))`);
    await refreshed();
    expect(await page.evaluate('document.activeElement === globalThis.focused')).toBe(true);
    expect(await page.evaluate('getSelection().toString()')).toBe('Overview');
    // Pressed for longer than the period of refresh.
    await link.hover();
    await page.mouse.down();
    const pressedAt = await at();
    await page.waitForTimeout(5_000);
    expect(await at()).toBe(pressedAt);
    await page.mouse.up();
    await page.waitForURL(/worker=\d+/);
    expect(complaints).toEqual([]);
  });

  it('say how old their figures are when no answer comes', async () => {
    const { page } = await openPage();
    await page.goto(url);
    await page.locator('.uplot canvas').first().waitFor();
    expect(await page.locator('#age').isVisible()).toBe(false);
    await page.route('**/*', (route) => route.abort());
    const age = page.locator('#age');
    await age.waitFor({ state: 'visible', timeout: 30_000 });
    expect(await age.innerText()).toMatch(/These figures are \d+ s old\. No answer/);
    await page.unroute('**/*');
    await age.waitFor({ state: 'hidden', timeout: 30_000 });
  });

  it('render without scripts, in the dark and on a phone', async () => {
    const { page, complaints } = await openPage({ javaScript: false, dark: true, width: 390 });
    for (const name of NAMES) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await page.goto(`${url}/${name}`);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([name, await page.locator('main h1').innerText()]).toEqual([
        name,
        expect.stringMatching(/\w/),
      ]);
    }
    await page.goto(url);
    expect(await page.locator('figure svg polyline').count()).toBeGreaterThan(3);
    // Nothing but tables, which scroll by themselves, is wider than the phone.
    const { width } = (await page.locator('main').boundingBox()) ?? { width: 0 };
    expect(width).toBeLessThanOrEqual(390);
    expect(complaints).toEqual([]);
  });

  it('draw charts and refresh them in view', async () => {
    const { page, complaints } = await openPage();
    await page.goto(url);
    await page.locator('.uplot canvas').first().waitFor();
    const lengthOf = (): Promise<number> =>
      page.evaluate<number>(
        `JSON.parse(document.querySelector('#requests-chart').dataset.chart).times.length`,
      );
    const before = await lengthOf();
    await until('more points', async () => (await lengthOf()) > before, { withinMs: 20_000 });
    expect(await page.locator('#requests-chart canvas').count()).toBe(1);
    await group.get('/count');
    await until(
      'the route',
      async () => (await page.locator('#routes').innerText()).includes('/count'),
      { withinMs: 20_000 },
    );
    expect(complaints).toEqual([]);
  });

  it('sort and filter tables, and keep both over a refresh', async () => {
    const { page, complaints } = await openPage();
    await page.goto(`${url}/routes`);
    const rows = page.locator('#routes tbody tr:visible');
    // A busy machine may leave a page partial: it fills with the next refresh.
    const all = await until('rows', async () => (await rows.count()) > 3 && rows.count(), {
      withinMs: 30_000,
    });
    await page.getByLabel('Filter').last().fill('block');
    expect(await rows.count()).toBeLessThan(all);
    expect(await rows.first().innerText()).toContain('block');
    const head = page.locator('#routes th', { hasText: 'Requests' });
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await page.evaluate('document.activeElement.blur()');
    const at = (): Promise<string | null> => page.locator('header time').getAttribute('datetime');
    const before = await at();
    await until('a refresh', async () => (await at()) !== before, { withinMs: 20_000 });
    expect(await rows.count()).toBeLessThan(all);
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(complaints).toEqual([]);
  });

  it('take stacks of all threads, and show them', async () => {
    const visit = await openPage();
    const { page } = visit;
    await page.goto(`${url}/stacks`);
    await page.getByRole('button', { name: 'Take stacks now' }).click();
    await page.waitForURL(/operations\/[\da-f]{24}$/);
    const main = page.locator('h3', { hasText: 'Main thread' });
    await main.first().waitFor({ timeout: 40_000 });
    expect(await main.count()).toBe(2);
    expect(await findings(visit)).toEqual([]);
    await page.goto(`${url}/stacks`);
    expect(await main.count()).toBe(2);
    expect(await findings(visit)).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });

  it('take a profile and give it out', async () => {
    const visit = await openPage();
    const { page, complaints } = visit;
    await page.goto(`${url}/operations`);
    const form = page.locator('form[action="/operations/cpu-profile"]');
    await form.getByLabel(/Seconds/).fill('2');
    await form.getByRole('button').click();
    await page.waitForURL(/operations\/[\da-f]{24}$/);
    await group.get('/block/300', { withinMs: 20_000 });
    const link = page.getByRole('link', { name: 'merged.cpuprofile' });
    await link.waitFor({ timeout: 40_000 });
    const download = page.waitForEvent('download');
    await link.click();
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ nodes: expect.any(Array) });
    expect(await page.locator('h2', { hasText: 'Hottest functions' }).count()).toBe(1);
    expect(await page.locator('svg.flame rect').count()).toBeGreaterThan(0);
    expect(await findings(visit)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('lead from the overview to the slow route and the busy worker in three clicks', async () => {
    const { page } = await openPage();
    await page.goto(url);
    await page.locator('#routes a').first().click({ timeout: 60_000 });
    await page.waitForURL(/requests\?route=/);
    expect(await page.locator('h2', { hasText: 'Slow' }).count()).toBe(1);
    await page.goto(url);
    await page.locator('#workers a').first().click({ timeout: 60_000 });
    await page.waitForURL(/worker=\d+/);
    expect(await page.locator('.choice [aria-current]').innerText()).toMatch(/^Worker \d+$/);
  });
});
