import { gzipSync } from 'node:zlib';

import { HtmlValidate } from 'html-validate';
import { describe, expect, it } from 'vitest';

import { DATA_SCHEMAS } from '../../support/meta-schemas.ts';
import { AS_HTML, AS_JSON, type PagesApp, startPagesApp } from '../../support/pages-app.ts';

const VALIDATOR = new HtmlValidate({
  extends: ['html-validate:standard'],
  elements: ['html5'],
  rules: {
    // Markup is spaced by templates.
    'no-trailing-whitespace': 'off',
    'no-inline-style': 'error',
    'long-title': 'off',
  },
});

/** Largest page with all that it loads, compressed: a phone on a bad line has to get it. */
const MAX_BYTES = 100 * 1024;

const PATHS = [
  '/',
  ...Object.keys(DATA_SCHEMAS)
    .filter((name) => name !== 'app')
    .map((name) => `/${name}`),
  '/stats/http.server.request_duration',
  '/app/ledger',
];

/** What is on the pages of an application that had something to do. */
async function usedPages(): Promise<PagesApp> {
  const pages = await startPagesApp();
  for (const path of ['/orders/1', '/say/hello', '/fail']) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    await pages.fetch(path);
  }
  await pages.ask('/api/v1/operations/reset-statistics', {
    method: 'POST',
    headers: AS_JSON,
    body: '{}',
  });
  return pages;
}

describe('The markup of the pages', () => {
  it('is valid.', async () => {
    const { ask } = await usedPages();
    for (const path of PATHS) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { body } = await ask(path, { headers: AS_HTML });
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { results } = await VALIDATOR.validateString(body);
      const messages = results.flatMap((result) =>
        result.messages.map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`),
      );
      expect([path, messages]).toEqual([path, []]);
    }
  });

  it('weighs less than 100 KiB compressed, with scripts and styles.', async () => {
    const { ask } = await usedPages();
    const { body } = await ask('/', { headers: AS_HTML });
    const assets = [...body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    const scripts = ['tables.js', 'charts.js', 'refresh.js'].map(
      (name) => `${assets[0]?.replace(/[^/]+$/, '')}${name}`,
    );
    let shared = 0;
    for (const path of [...assets, ...scripts]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const asset = await ask(path);
      expect([path, asset.status]).toEqual([path, 200]);
      shared += gzipSync(asset.body).length;
    }
    for (const path of PATHS) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const page = gzipSync((await ask(path, { headers: AS_HTML })).body).length;
      expect([path, page + shared < MAX_BYTES, page + shared]).toEqual([
        path,
        true,
        expect.any(Number),
      ]);
    }
  });
});
