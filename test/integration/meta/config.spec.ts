import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AppContext, ButtressModule } from 'nestjs-buttress';
import { MetaModule } from 'nestjs-buttress/meta';
import { describe, expect, it } from 'vitest';

import { buttressOptions } from '../../../lib/buttress.options.ts';
import type { Kind } from '../../../lib/common/options/kind.ts';
import { startApp } from '../../support/nest-app.ts';
import { AS_HTML, askPages } from '../../support/pages-app.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Entry {
  name: string;
  value: unknown;
  source: string;
}

const FEATURES = [
  'admission',
  'connections',
  'context',
  'logging',
  'meta',
  'stats',
  'threads',
] as const;

/** Names of the options of a group and of the groups in it. */
function namesOf(kind: Kind<unknown, unknown>, name: string): string[] {
  if (kind.options === undefined) return [name];
  return Object.entries(kind.options).flatMap(([key, { kind: own }]) =>
    namesOf(own, name === '' ? key : `${name}.${key}`),
  );
}

/** The group of a feature's options. */
async function groupOf(feature: string): Promise<Kind<unknown, unknown>> {
  const [file = ''] = globSync(`lib/${feature}/**/${feature}.options.ts`, { cwd: ROOT });
  const module = (await import(`${ROOT}${file}`)) as Record<string, Kind<unknown, unknown>>;
  const group = module[`${feature}Options`];
  if (group === undefined) throw new Error(`${file} declares no group of options`);
  return group;
}

async function start(): Promise<{ entries: Entry[]; page: string }> {
  const imports = [
    ButtressModule.forRoot({
      context: { deadline: { defaultMs: 7_000 } },
      stats: { intervalMs: 500 },
      logging: {
        pretty: false,
        level: 'silent',
        base: { service: 'receipts', apiToken: 'hunter2' },
      },
      connections: { services: { rates: { tiers: [['127.0.0.1:9']] } } },
      meta: { listener: { port: 0 }, showEnv: ['PATH'] },
      redact: ['taxId'],
    }),
  ];
  const { app } = await startApp({ imports });
  const { config } = new AppContext();
  config.note('office.taxId', 'DE-123', 'environment');
  const address = app.get(MetaModule).address ?? '';
  const { body } = await askPages(address, '/api/v1/config');
  const page = await askPages(address, '/config', { headers: AS_HTML });
  const { data } = JSON.parse(body) as { data: { workers: { value: Entry[] }[] } };
  return { entries: data.workers[0]?.value ?? [], page: page.body };
}

describe('the page of the configuration', () => {
  it('shows every option of every feature, with its source, and secrets of none', async () => {
    const { entries, page } = await start();
    const shown = new Map(entries.map((entry) => [entry.name, entry]));
    const declared = (
      await Promise.all(FEATURES.map(async (name) => namesOf(await groupOf(name), name)))
    ).flat();
    expect(declared).toEqual(
      expect.arrayContaining(['context.idHeader', 'logging.level', 'meta.probes', 'stats.http']),
    );
    const all = [...declared, ...namesOf(buttressOptions, '')];
    // A record of the user's own names, and a group that was not given, are shown by other names.
    const names = [...shown.keys()];
    const missing = all.filter((name) => {
      const isShown = names.some((one) => {
        return one === name || one.startsWith(`${name}.`) || name.startsWith(`${one}.`);
      });
      return !isShown;
    });
    expect(missing).toEqual([]);
    expect(Object.fromEntries(shown)).toMatchObject({
      redact: { value: ['taxId'], source: 'code' },
      'context.deadline.defaultMs': { value: 7_000, source: 'code' },
      'context.deadline.header': { value: 'x-request-timeout-ms', source: 'default' },
      'context.idHeader': { source: 'default' },
      'stats.intervalMs': { value: 500, source: 'code' },
      'stats.http': { value: true, source: 'default' },
      'logging.level': { value: 'silent', source: 'code' },
      'logging.access': { value: true, source: 'default' },
      'logging.base.service': { value: 'receipts', source: 'code' },
      'logging.base.apiToken': { value: '[redacted]', source: 'code' },
      'meta.listener.port': { value: 0, source: 'code' },
      'meta.listener.host': { value: '127.0.0.1', source: 'default' },
      'meta.showEnv': { value: ['PATH'], source: 'code' },
      'meta.probes': { value: false, source: 'default' },
      'office.taxId': { value: '[redacted]', source: 'environment' },
    });
    for (const name of names) expect(page).toContain(`<code>${name}</code>`);
    expect(page).not.toContain('hunter2');
  });
});
