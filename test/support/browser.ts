import { existsSync } from 'node:fs';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { beforeAll, onTestFinished } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser is; undefined: there is none here. */
export const browserPath = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path));

/** Says once why tests are skipped, or fails where a browser is a must. */
export function explainSkip(): void {
  if (browserPath !== undefined) return;
  if (process.env['BROWSER'] === 'required') throw new Error('No Chromium was found');
  console.warn('No Chromium here: pages are not tested in a browser (apt-get install chromium)');
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of a browser, with all that it complained of. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  complaints: string[];
}

export interface VisitOptions {
  javaScript?: boolean;
  dark?: boolean;
  width?: number;
}

/**
 * One browser for all tests of a `describe`: to start one takes longer than most of them. @returns
 * what opens a page in it, which shares nothing with those of other tests
 */
export function sharedBrowser(): (options?: VisitOptions) => Promise<Visit> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: ARGUMENTS });
    return () => browser.close();
  });
  return (options) => openPage(browser, options);
}

/** It closes with the test. */
async function openPage(
  browser: Browser,
  { javaScript = true, dark = false, width = 1280 }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 860 },
    acceptDownloads: true,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // A refresh that met a busy machine; the next one comes soon.
    if (message.text().includes('status of 503')) return;
    complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { context, page, complaints };
}
