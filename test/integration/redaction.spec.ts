import { Controller, type DynamicModule, Get, Injectable, Module } from '@nestjs/common';
import {
  AppContext,
  ButtressModule,
  CurrentContext,
  Logger,
  type MetaContent,
  MetaPage,
  type RequestContext,
} from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { LoggingModule } from 'nestjs-buttress/logging';
import { MetaModule } from 'nestjs-buttress/meta';
import { describe, expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../lib/logging/line-destination.ts';
import { startApp } from '../support/nest-app.ts';
import { AS_HTML, AS_JSON, askPages } from '../support/pages-app.ts';
import { until } from '../support/until.ts';

const SECRET = 'DE-123-45';

const logging = { pretty: false } as const;
const listener = { port: 0 } as const;

/** A busy machine must not refuse the requests. */
const admission = false;

/** Shows a field wherever an application can bring one: logs, own pages, configuration, operations. */
function showing(field: string): DynamicModule {
  const { config, reports } = new AppContext();
  config.note(`office.${field}`, SECRET, 'code');
  const about = { title: 'File' };
  const run = (): object => ({ filed: { [field]: SECRET } });
  onTestFinished(reports.operation('file', { access: 'operate', about, run }));

  @Controller()
  class TaxesController {
    @Get('file')
    file(@CurrentContext() context: RequestContext): object {
      context.note(field, SECRET);
      return {};
    }
  }

  @Injectable()
  class Taxes {
    @MetaPage({ path: 'taxes', title: 'Taxes' })
    taxes(): MetaContent {
      return [
        { kind: 'facts', values: { [field]: SECRET, office: 'Bonn' } },
        { kind: 'table', rows: [{ [field]: SECRET }] },
      ];
    }
  }

  @Module({ providers: [Taxes], controllers: [TaxesController] })
  class TaxesModule {}

  return { module: TaxesModule };
}

/** A field of its own for each case: what a process hides, it hides for good. */
const CASES: Record<string, [field: string, imports: NonNullable<DynamicModule['imports']>]> = {
  'ButtressModule.forRoot': [
    'taxId',
    [ButtressModule.forRoot({ redact: ['taxId'], admission, logging, meta: { listener } })],
  ],
  'ButtressModule.forRootAsync': [
    'vatId',
    [
      ButtressModule.forRootAsync({
        useFactory: async () => ({ redact: ['vat-id'], logging, meta: { listener } }),
        without: ['admission'],
      }),
    ],
  ],
  'logging of ButtressModule': [
    'iban',
    [
      ButtressModule.forRoot({
        admission,
        logging: { ...logging, redact: ['IBAN'] },
        meta: { listener },
      }),
    ],
  ],
  'LoggingModule.forRoot': [
    'bicCode',
    [
      ContextModule.forRoot(),
      LoggingModule.forRoot({ ...logging, redact: ['bic_code'] }),
      MetaModule.forRoot({ listener }),
    ],
  ],
  'MetaModule.forRoot': [
    'passportNo',
    [
      ContextModule.forRoot(),
      LoggingModule.forRoot(logging),
      MetaModule.forRoot({ listener, redact: ['passportNo'] }),
    ],
  ],
  'MetaModule.forRootAsync': [
    'visaNo',
    [
      ContextModule.forRoot(),
      LoggingModule.forRoot(logging),
      MetaModule.forRootAsync({ useFactory: async () => ({ listener, redact: ['visaNo'] }) }),
    ],
  ],
};

describe('a field that `redact` names', () => {
  it.each(Object.entries(CASES))(
    'of %s is hidden in logs, on pages, in JSON and in bundles',
    async (_where, [field, imports]) => {
      const lines: string[] = [];
      redirectLines({ write: (line) => void lines.push(line) });
      onTestFinished(() => {
        Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
      });
      const { app, fetch } = await startApp(
        { imports: [...imports, showing(field)] },
        // Without a logger of Nest, requests leave no records.
        { prepare: ({ app: own }) => own.useLogger(own.get(Logger)) },
      );
      await fetch('/file');
      await until('its record', () => lines.some((line) => line.includes('/file')));
      const address = app.get(MetaModule).address ?? '';
      const textOf = async (path: string, headers = {}): Promise<string> =>
        (await askPages(address, path, { headers })).body;
      const run = async (name: string): Promise<string> => {
        const options = { method: 'POST', headers: AS_JSON, body: '{}' };
        const answer = await askPages(address, `/api/v1/operations/${name}`, options);
        const path = answer.headers['location'] as string;
        return until('its end', async () => {
          const text = await textOf(path);
          return text.includes('"DONE"') && text;
        });
      };
      const bundle = JSON.parse(await run('incident-bundle')) as {
        data: { artifacts: { id: string }[] };
      };
      const shown: Record<string, string> = {
        log: lines.filter((line) => line.includes('/file')).join(''),
        'own page': await textOf('/app/taxes', AS_HTML),
        'own page in JSON': await textOf('/api/v1/app/taxes'),
        configuration: await textOf('/api/v1/config'),
        logs: await textOf('/logs?q=access', AS_HTML),
        'logs in JSON': await textOf('/api/v1/logs?q=access'),
        operation: await run('file'),
        bundle: await textOf(`/api/v1/artifacts/${bundle.data.artifacts[0]?.id}`),
      };
      for (const [where, text] of Object.entries(shown)) {
        expect.soft(text, where).toContain('[redacted]');
        expect.soft(text, where).not.toContain(SECRET);
      }
      expect(shown['own page']).toContain('Bonn');
    },
  );
});
