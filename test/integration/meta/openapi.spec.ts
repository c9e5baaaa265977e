import { Validator } from '@seriousme/openapi-schema-validator';
import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { presentRootLogger } from '../../../lib/logging/root-logger.ts';
import { SCHEMAS } from '../../../lib/meta/api/schemas.ts';
import { FakeGroup, openPagesOf } from '../../support/fake-group.ts';
import { AS_JSON, NASTY, type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';

interface Method {
  operationId: string;
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Method>>;
  components: { schemas: Record<string, object> };
}

const ALLOW = ['cpu-profile', 'heap-profile', 'heap-snapshot', 'diagnostic-report'] as const;

async function busyApp(): Promise<PagesApp> {
  const pages = await startPagesApp({ allow: ALLOW });
  await pages.fetch('/orders/1');
  await pages.fetch(`/say/${encodeURIComponent(NASTY)}`);
  await pages.fetch('/fail');
  presentRootLogger()?.logger.info({ said: 'hello', at: 5 }, 'hello');
  presentRootLogger()?.logger.error(new Error('broken'));
  const headers = AS_JSON;
  await pages.ask('/api/v1/operations/reset-statistics', { method: 'POST', headers, body: '{}' });
  return pages;
}

/** Forbids fields that a schema does not have: whoever adds one must see it in the document. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, strictly(value)] as const);
  const own = Object.fromEntries(entries) as Record<string, unknown>;
  const isClosed = own['type'] === 'object' && own['properties'] !== undefined;
  return isClosed && own['additionalProperties'] === undefined
    ? { ...own, additionalProperties: false }
    : own;
}

/** Validator of the data of answers, by the reference to its schema or the schema itself. */
function validatorOf({ components }: Document): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const shared = strictly(components.schemas) as Record<string, object>;
  ajv.addSchema({ $id: 'doc', components: { schemas: shared } }, 'doc');
  return (schema) => {
    const text = JSON.stringify(strictly(schema)).replaceAll('"#/', '"doc#/');
    return ajv.compile(JSON.parse(text) as object);
  };
}

/** The index names placeholders by what they are, and all operations at once. */
function isTemplate(href: string): boolean {
  return href.includes('{id}') || href === '/api/v1/operations/{name}';
}

async function documentOf({ ask }: Pick<PagesApp, 'ask'>): Promise<Document> {
  const { status, headers, body } = await ask('/api/v1/openapi.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  return JSON.parse(body) as Document;
}

describe('The description of the JSON', () => {
  it('is valid OpenAPI 3.1.', async () => {
    const document = await documentOf(await startPagesApp());
    const validator = new Validator();
    const result = await validator.validate({ ...document });
    expect([result.valid, result.errors]).toEqual([true, undefined]);
    expect(validator.version).toBe('3.1');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has every page, and every answer of a page is as described.', async () => {
    const pages = await busyApp();
    const document = await documentOf(pages);
    const { links } = await pages.json<{ links: { href: string; methods: string[] }[] }>('/api/v1');
    const validate = validatorOf(document);
    for (const { href, methods } of links) {
      if (isTemplate(href)) continue;
      const described = Object.keys(document.paths[href] ?? {});
      expect([href, described]).toEqual([
        href,
        expect.arrayContaining(methods.map((method) => method.toLowerCase())),
      ]);
    }
    const names = links.flatMap(({ href }) => /^\/api\/v1\/([a-z-]+)$/.exec(href)?.[1] ?? []);
    expect(new Set(names)).toEqual(new Set(Object.keys(SCHEMAS.pages)));
    const isEnvelope = validate(document.components.schemas['Envelope'] as object);
    for (const page of Object.keys(SCHEMAS.pages)) {
      const path = `/api/v1/${page}`;
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { data, ...envelope } = await pages.json<{ data: unknown }>(path);
      const isData = validate(SCHEMAS.pages[page] as object);
      expect([page, isData(data), isData.errors]).toEqual([page, true, null]);
      expect([page, isEnvelope({ ...envelope, data: null })]).toEqual([page, true]);
      const ok = document.paths[path]?.['get']?.responses['200'];
      const { schema } = ok?.content?.['application/json'] ?? {};
      expect(JSON.stringify(schema)).toContain(JSON.stringify(SCHEMAS.pages[page]));
    }
  });

  it('describes items, problems, the index and changes as they are.', async () => {
    const pages = await busyApp();
    const document = await documentOf(pages);
    const validate = validatorOf(document);
    const statistics = await pages.json<{ data: { name: string }[] }>('/api/v1/stats');
    const { data: board } = await pages.json<{ data: { runs: { id: string }[] } }>(
      '/api/v1/operations',
    );
    const items = [
      ['stats', statistics.data[0]?.name],
      ['operations', board.runs[0]?.id],
      ['app', 'ledger'],
    ] as const;
    for (const [page, item] of items) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { data } = await pages.json<{ data: unknown }>(`/api/v1/${page}/${item}`);
      const isItem = validate(SCHEMAS.items[page] as object);
      expect([page, isItem(data), isItem.errors]).toEqual([page, true, null]);
    }
    const isProblem = validate(document.components.schemas['PagesProblem'] as object);
    for (const path of ['/nothing', '/api/v1/workers?worker=99', '/api/v1/workers?limit=1']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([path, isProblem(await pages.json(path))]).toEqual([path, true]);
    }
    const { links } = await pages.json<{ links: unknown[] }>('/api/v1');
    const isLink = validate(document.components.schemas['IndexEntry'] as object);
    expect(links.filter((link) => !isLink(link))).toEqual([]);
  });

  it('describes what the pages show of other workers’ operations, with their fields.', async () => {
    const group = new FakeGroup([{ id: 1 }]);
    group.offered.push({
      name: 'cache.clear',
      access: 'operate',
      about: {
        title: 'Clear',
        fields: [
          { name: 'region', label: 'Region', kind: 'choice', choices: ['eu', 'us'] },
          { name: 'count', label: 'Count', kind: 'number', preset: 3 },
          { name: 'now', label: 'Now', kind: 'flag' },
        ],
      },
    });
    const document = await documentOf(await openPagesOf(group));
    expect(document.paths['/api/v1/operations/cache.clear']?.['post']).toMatchObject({
      operationId: 'start-cache.clear',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                region: { enum: ['eu', 'us'] },
                count: { type: 'number', default: 3 },
                now: { type: 'boolean' },
              },
              required: ['region'],
              additionalProperties: false,
            },
          },
        },
      },
    });
  });

  it('has only what a visitor may use, and is not for strangers.', async () => {
    const setup = setupModule(`export default { users: {
      reader: { password: 'one', access: 'read' },
      operator: { password: 'two', access: 'operate' },
    } };`);
    const { ask } = await startPagesApp({ setup });
    expect((await ask('/api/v1/openapi.json')).status).toBe(401);
    const seenBy = async (login: string): Promise<boolean> => {
      const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
      const { body } = await ask('/api/v1/openapi.json', { headers: { authorization } });
      return '/api/v1/operations/cpu-profile' in (JSON.parse(body) as Document).paths;
    };
    expect([await seenBy('reader:one'), await seenBy('operator:two')]).toEqual([false, true]);
  });

  it('lists the parameters that each page takes.', async () => {
    const document = await documentOf(await startPagesApp());
    const parametersOf = (path: string): string[] =>
      (document.paths[path]?.['get']?.parameters ?? []).map(({ name }) => name).toSorted();
    expect(parametersOf('/api/v1/logs')).toEqual([
      'after',
      'cursor',
      'follow',
      'format',
      'kind',
      'level',
      'limit',
      'q',
      'request',
      'worker',
    ]);
    expect(parametersOf('/api/v1/overview')).toEqual(['format', 'window', 'worker']);
    expect(parametersOf('/api/v1/stats/{name}')).toEqual(['format', 'name', 'window', 'worker']);
    expect(parametersOf('/api/v1/exits')).toEqual(['cursor', 'format', 'limit']);
  });
});
