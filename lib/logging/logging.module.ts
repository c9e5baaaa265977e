import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Logger as NestPinoLogger, LoggerModule, PinoLogger } from 'nestjs-pino';
import type { DestinationStream } from 'pino';

import { monotonicClock } from '../common/clock.ts';
import type { HookReply, HookRequest, SentAnswer } from '../common/http/request-hooks.ts';
import { onResponse } from '../common/http/response-hook.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { choice, fraction } from '../common/options/kinds.ts';
import { processRedactor, redacting } from '../common/redaction/process-redactor.ts';
import { ContextScope } from '../context/context-scope.ts';
import { RequestEvents } from '../context/request-events.ts';
import { storage } from '../context/storage.ts';
import { processReports } from '../reports/process-reports.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { OperationAbout } from '../reports/reports.ts';
import { fromIn } from '../reports/tail.ts';
import { processStats } from '../stats/process-stats.ts';
import { AccessLog } from './access-log.ts';
import type { RecordedRequest } from './access-record.ts';
import { followLevels } from './kept-levels.ts';
import { LEVEL_NAMES, type LevelName, type LevelsSnapshot } from './levels.ts';
import { redirectedLines } from './line-destination.ts';
import { LogLevels } from './log-levels.provider.ts';
import {
  LOGGING_OPTIONS,
  type LoggingModuleOptions,
  type ResolvedLoggingOptions,
} from './logging.options.ts';
import { adoptNestLines, holdNestLines, isNestSilent } from './nest-lines.provider.ts';
import type { ErrorGroup } from './recent-errors.ts';
import type { LogRecord } from './recent-records.ts';
import { createRootLogger, droppedLines, type RootLogger, standardOutput } from './root-logger.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    /** Oldest first. */
    logs: LogRecord[];
    errors: ErrorGroup[];
    'log-levels': LevelsSnapshot;
  }
}

const OPTIONS = new ModuleOptions('LoggingModule', redacting(LOGGING_OPTIONS));

/** Log records told to the pages at one look. */
const MAX_RECENT = 100;

const ROOT = Symbol('nestjs-buttress.logging.root');
const CONTEXT = Symbol('nestjs-buttress.logging.context');

/** Parts of the context's module, which may be absent. */
interface ContextParts {
  scope: ContextScope | undefined;
  events: RequestEvents | undefined;
}

const CONTEXT_PROVIDER: FactoryProvider<ContextParts> = {
  provide: CONTEXT,
  inject: [
    { token: ContextScope, optional: true },
    { token: RequestEvents, optional: true },
  ],
  useFactory: (scope?: ContextScope, events?: RequestEvents) => ({ scope, events }),
};

const ABOUT_LEVELS: OperationAbout = {
  title: 'Set a log level',
  summary: 'Temporary, for one logger context or for all.',
  fields: [
    { name: 'context', label: 'Context (* for all)', kind: 'text', preset: '*' },
    {
      name: 'level',
      label: 'Level',
      kind: 'choice',
      choices: LEVEL_NAMES,
      preset: 'debug',
    },
    { name: 'ttlMs', label: 'Duration (ms)', kind: 'number', preset: 600_000 },
  ],
};

/** Holds the root logger, so that nestjs-pino and the features share it. */
@Module({})
class RootLoggerModule {
  static with({ imports, providers }: OptionsParts): DynamicModule {
    const root: Provider = {
      provide: ROOT,
      inject: [OPTIONS.token],
      useFactory: async (resolved: ResolvedLoggingOptions) => {
        return createRootLogger(resolved, await destinationOf(resolved), processRedactor());
      },
    };
    return {
      module: RootLoggerModule,
      imports,
      providers: [...providers, root],
      exports: [ROOT],
    };
  }
}

/**
 * Logs the whole application through nestjs-pino: `Logger`, `PinoLogger` and Nest's own, unless the
 * application gives Nest another logger. Records carry the request's id; every request also gets an
 * access record, except with `logger: false`. Needs `ContextModule`.
 */
@Module({})
export class LoggingModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #root: RootLogger;
  readonly #levels: LogLevels;
  readonly #events: RequestEvents | undefined;
  readonly #host: HttpAdapterHost;
  readonly #accessShare = processSettings().define('logging.accessShare', 1, {
    kind: fraction({ min: 0, max: 1 }),
    summary: 'Share of the requests that get an access record; failed ones always do',
  });
  readonly #ends: (() => void)[] = [];

  /** @internal Constructed by Nest. */
  constructor(
    @Inject(ROOT) root: RootLogger,
    @Inject(LogLevels) levels: LogLevels,
    @Inject(CONTEXT) { scope, events }: ContextParts,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#root = root;
    this.#levels = levels;
    this.#events = events;
    this.#host = host;
    scope?.logWith(root.logger);
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: LoggingModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<LoggingModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Installs hooks; Nest calls it before routes are registered, and hooks apply only to later ones.
   *
   * @throws PlatformError for an adapter other than Fastify and Express
   */
  configure(): void {
    if (!this.#root.options.access) return;
    const log = new AccessLog(this.#root, () => this.#accessShare.setting.value);
    logRequests(this.#host.httpAdapter, log, this.#events);
    if (this.#events !== undefined) logLeavers(this.#events, log);
  }

  onModuleInit(): void {
    const reports = processReports();
    const stats = processStats();
    const warn = (message: string): void => this.#root.logger.warn({ context: 'stats' }, message);
    stats
      .counter('buttress.logs.dropped', {
        help: 'Log lines dropped because the output was too slow or failed',
      })
      .observe(droppedLines);
    const options = { takesOver: true };
    const setLevel = {
      access: 'operate',
      run: (input: unknown) => this.#levels.change(input),
      about: ABOUT_LEVELS,
    } as const;
    const follow = {
      access: 'read',
      run: (input: unknown) => this.#root.records.since(fromIn(input)),
    } as const;
    const recent = {
      access: 'read',
      run: (input: unknown) => this.#root.records.othersSince(fromIn(input), MAX_RECENT),
    } as const;
    this.#ends.push(
      this.#followLevel(),
      followLevels(this.#levels, processSettings(), monotonicClock),
      this.#accessShare.remove,
      stats.onLimit(warn),
      reports.snapshot('logs', () => this.#root.records.records(), options),
      reports.snapshot('errors', () => this.#root.errors.groups(), options),
      reports.snapshot('log-levels', () => this.#levels.snapshot(), options),
      reports.operation('log-levels', setLevel, options),
      reports.operation('logs.follow', follow, options),
      reports.operation('logs.recent', recent, options),
    );
  }

  /** Operators change the level by a setting, too: for new workers as well. */
  #followLevel(): () => void {
    const { level } = this.#root.options;
    const { setting, remove } = processSettings().define('logging.level', level, {
      kind: choice(LEVEL_NAMES),
      choices: LEVEL_NAMES,
      summary: 'Minimum level of written records, where no logger has one of its own',
    });
    const apply = (): void => this.#levels.changeBase(setting.value);
    if (setting.value !== level) apply();
    setting.onChange(apply);
    return remove;
  }

  onApplicationShutdown(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

function moduleWith(options: OptionsParts): DynamicModule {
  holdNestLines();
  const root = RootLoggerModule.with(options);
  const pino = LoggerModule.forRootAsync({
    imports: [root],
    inject: [ROOT],
    // No middleware and no store of its own: ids come from our context.
    useFactory: ({ logger, writeError }: RootLogger) => ({
      pinoHttp: { logger, serializers: { err: writeError }, wrapSerializers: false },
      forRoutes: [],
    }),
  });
  const levels: Provider = {
    provide: LogLevels,
    inject: [ROOT],
    useFactory: ({ levels: own, sharedLevels, logger }: RootLogger) => {
      const setLevel = (level: LevelName): void => {
        logger.level = level;
        // nestjs-pino logs through a child, which has its own level.
        PinoLogger.root.level = level;
      };
      return new LogLevels(own, setLevel, sharedLevels);
    },
  };
  const nestLines: Provider = {
    provide: Symbol('nestjs-buttress.logging.nest-lines'),
    inject: [NestPinoLogger],
    useFactory: (logger: NestPinoLogger) => ({ onApplicationShutdown: adoptNestLines(logger) }),
  };
  return {
    module: LoggingModule,
    global: true,
    imports: [root, pino],
    providers: [levels, nestLines, CONTEXT_PROVIDER, featureProvider(undefined, LoggingModule)],
    exports: [pino, LogLevels],
  };
}

/** Writes an access record for each answered request. */
function logRequests(
  adapter: HttpAdapterHost['httpAdapter'],
  log: AccessLog,
  events: RequestEvents | undefined,
): void {
  const write = (request: RecordedRequest, answer: SentAnswer): void => {
    if (isNestSilent()) return;
    log.answered(request, answer, storage.getStore());
  };
  onResponse(adapter, (request, answer) => {
    const kept = events?.keptOf(request);
    if (kept === undefined) return write(request, answer);
    const { method, routeOptions } = request;
    const about = { method, routeOptions, ip: kept.ip };
    storage.run(kept.context, write, about, answer);
  });
}

/** Writes an access record for each departed client, for which no response hook runs. */
function logLeavers(events: RequestEvents, log: AccessLog): void {
  events.onClientGone((context, request, reply) => {
    if (isNestSilent()) return;
    const { routeOptions, raw } = request;
    const about = { method: raw.method ?? '', ip: clientOf(request), routeOptions };
    log.left(about, { statusCode: statusOf(reply), elapsedTime: context.ageMs }, context);
  });
}

async function destinationOf({ pretty }: ResolvedLoggingOptions): Promise<DestinationStream> {
  const redirected = redirectedLines();
  if (redirected !== undefined) return redirected;
  if (!pretty) return standardOutput();
  try {
    const { prettyFactory } = await import('pino-pretty');
    const format = prettyFactory({
      singleLine: true,
      ignore: 'pid,worker,context',
      messageFormat: '{if context}{context}: {end}{msg}',
    });
    // Its own stream would block the loop while nobody reads, and throw at a full disk.
    const output = standardOutput();
    return { write: (line) => output.write(format(line)) };
  } catch {
    return standardOutput();
  }
}

function clientOf(request: HookRequest): string | undefined {
  return (request as Partial<RecordedRequest>).ip;
}

/** 499, as in proxies' logs, unless an answer has begun. */
function statusOf({ raw }: HookReply): number {
  return raw.headersSent ? raw.statusCode : 499;
}
