import 'reflect-metadata';
import {
  type DynamicModule,
  type INestApplicationContext,
  Module,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';

import type { BootedTwin, MakeTwin } from '../common/process/thread-twin.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';
import { AppContext } from '../context/app-context.ts';
import { ContextScope, provideScope } from '../context/context-scope.ts';
import { CONTEXT_OPTIONS } from '../context/context.options.ts';
import { Context } from '../context/context.ts';
import { findOpenTelemetry } from '../context/open-telemetry.ts';
import { processStats } from '../stats/process-stats.ts';
import { Stats } from '../stats/stats.ts';
import type { ThreadFeatures } from './protocol.ts';
import { ThreadScope } from './thread-scope.ts';
import { ambiguities, type DiscoveredMethod, discoverThreadMethods } from './threads.explorer.ts';

/** Providers that the application's module finds in a thread without importing them. */
@Module({})
class ThreadRuntimeModule {
  static async with({ context }: ThreadFeatures): Promise<DynamicModule> {
    const options = CONTEXT_OPTIONS.resolve(
      context && {
        idHeader: context.idHeader,
        deadline: { header: context.deadlineHeader ?? false },
        baggage: [...context.baggage],
      },
    );
    const scope = new ContextScope({ options, openTelemetry: await findOpenTelemetry() });
    provideScope(scope);
    return {
      module: ThreadRuntimeModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: ContextScope, useValue: scope },
        { provide: Context, useFactory: () => new Context() },
        { provide: AppContext, useFactory: () => new AppContext() },
        { provide: Stats, useFactory: processStats },
        { provide: ThreadScope, useFactory: () => new ThreadScope() },
      ],
      exports: [ContextScope, Context, AppContext, Stats, ThreadScope],
    };
  }
}

/** Application context of a thread. */
export interface ThreadContext {
  readonly app: INestApplicationContext;
  /** Creates an instance of a provider that is not a singleton. */
  make(token: DiscoveredMethod['token']): Promise<object>;
  readonly methods: ReadonlyMap<string, DiscoveredMethod>;
  /** Ambiguous method ids, one sentence each. */
  readonly problems: readonly string[];
}

/** Boots `module` in this thread. @throws any error of its providers */
export async function createThreadContext(
  module: Type | DynamicModule,
  features: ThreadFeatures,
): Promise<ThreadContext> {
  const { logging } = features;
  processRedactor().hide(features.redact);
  const imports: NonNullable<DynamicModule['imports']> = [await ThreadRuntimeModule.with(features)];
  for (const twin of features.twins) imports.push(makeTwin(twin));
  const logs = logging && (await import('./thread-logging.module.ts'));
  if (logging !== undefined && logs !== undefined) imports.push(logs.threadLogging(logging));
  const app = await NestFactory.createApplicationContext(
    { module: ThreadRootModule, imports: [...imports, module] },
    // Start-up messages would repeat in each thread; the pool reports instead.
    { abortOnError: false, logger: ['fatal', 'error', 'warn'] },
  );
  if (logging !== undefined) logs?.followLogging(app, logging);
  const found = discoverThreadMethods(app.get(DiscoveryService, { strict: false }));
  return {
    app,
    make: (token) => app.resolve<object>(token, undefined, { strict: false }),
    methods: new Map(found.map((method) => [method.id, method])),
    problems: [...ambiguities(found).values()],
  };
}

@Module({})
class ThreadRootModule {}

/** Creates the module of a feature that registered itself; this folder knows none. */
async function makeTwin({ url, export: name, data }: BootedTwin): Promise<DynamicModule> {
  const made = ((await import(url)) as Record<string, MakeTwin<unknown>>)[name];
  if (made === undefined) throw new Error(`${url} exports no "${name}" for threads`);
  return made(data);
}
