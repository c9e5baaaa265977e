import * as common from '@nestjs/common';
import {
  type DynamicModule,
  HttpException,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';

import type { AsyncOptions } from '../common/async-options.ts';
import { featureProvider } from '../common/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/module-options.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { type ThreadShare, ThreadTwin } from '../common/thread-twin.ts';
import { ContextScope } from '../context/context-scope.ts';
import { ContextAbortError, NoContextError } from '../context/context.errors.ts';
import { consoleLog } from '../context/log.ts';
import { presentRootLogger, type RootLogger } from '../logging/root-logger.ts';
import { processReports } from '../reports/process-reports.ts';
import { processStats } from '../stats/process-stats.ts';
import type { OffloadPoolSetup } from './offload-pool.ts';
import { bindInstance, bindPrototype } from './offload-runtime.ts';
import type { ThreadFeatures, ThreadLogging } from './protocol.ts';
import { ThreadScope } from './thread-scope.ts';
import { ThreadsRuntime, type ThreadsSnapshot } from './threads-runtime.ts';
import * as errors from './threads.errors.ts';
import { ambiguities, type DiscoveredMethod, discoverThreadMethods } from './threads.explorer.ts';
import {
  type ErrorClass,
  type ResolvedThreadsOptions,
  THREADS_OPTIONS,
  type ThreadsModuleOptions,
} from './threads.options.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    threads: ThreadsSnapshot;
  }
}

const OPTIONS = new ModuleOptions('ThreadsModule', THREADS_OPTIONS);

/**
 * Threads for methods decorated with `@CpuBound`, `@CpuBoundIf` and `@IoBound`. Starts none if no
 * method is decorated. In a pool thread it only provides `ThreadScope`.
 */
@Module({})
export class ThreadsModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #options: ResolvedThreadsOptions;
  readonly #discovery: DiscoveryService;
  readonly #scope: ContextScope | undefined;
  readonly #ends: (() => void)[] = [];
  #runtime: ThreadsRuntime | undefined;

  /** @internal Constructed by Nest. */
  constructor(
    @Inject(OPTIONS.token) options: ResolvedThreadsOptions,
    @Inject(DiscoveryService) discovery: DiscoveryService,
    @Optional() @Inject(ContextScope) scope: ContextScope | undefined,
  ) {
    this.#options = options;
    this.#discovery = discovery;
    this.#scope = scope;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: ThreadsModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<ThreadsModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Binds methods once all providers exist; calls from their own hooks on are offloaded.
   *
   * @throws ThreadMethodsError if an id is ambiguous
   */
  onModuleInit(): void {
    if (isPoolThread()) return;
    const found = discoverThreadMethods(this.#discovery);
    const problems = [...ambiguities(found).values()];
    if (problems.length > 0) throw new errors.ThreadMethodsError(problems);
    if (found.length > 0) this.#tellReason();
    const runtime = this.#runtimeOf(found);
    this.#runtime = runtime;
    this.#ends.push(
      processReports().snapshot('threads', () => runtime.snapshot(), { takesOver: true }),
    );
  }

  /** @throws ThreadContextBootError, ThreadMethodsError: the application fails to start */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.#runtime?.start();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#runtime?.close();
    this.#end();
  }

  /** Logs why methods run inline. Not through Nest's logger, which is silent in tests. */
  #tellReason(): void {
    const { inlineReason: reason } = this.#options;
    if (reason === undefined) return;
    const log = this.#scope?.log ?? consoleLog;
    const message = `Decorated methods run inline, on copies of what goes in and out: ${reason}`;
    log.warn({ context: 'Threads' }, message);
  }

  #end(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #runtimeOf(found: readonly DiscoveredMethod[]): ThreadsRuntime {
    const runtime = new ThreadsRuntime({
      options: this.#options,
      stats: processStats(),
      scope: this.#scope,
      errors: [...ourErrors(), ...httpExceptions()],
      features: (share) => this.#features(share),
      events: events(),
    });
    const byPrototype = Map.groupBy(found, ({ prototype }) => prototype);
    for (const [prototype, methods] of byPrototype) runtime.add(prototype, methods);
    for (const { instance, prototype } of found) {
      if (instance !== undefined) bindInstance(instance, runtime);
      else this.#ends.push(bindPrototype(prototype, runtime));
    }
    return runtime;
  }

  /** Features for threads: the same as the application's. */
  #features(share: ThreadShare): ThreadFeatures {
    const options = this.#scope?.options;
    return {
      context: options && {
        idHeader: options.idHeader,
        deadlineHeader: options.deadline.header,
        baggage: options.baggage,
      },
      logging: loggingOf(presentRootLogger()),
      twins: this.#twins().map((twin) => twin.for(share)),
    };
  }

  #twins(): ThreadTwin[] {
    const instances = this.#discovery.getProviders().map(({ instance }): unknown => instance);
    return [...new Set(instances)].filter((one) => one instanceof ThreadTwin);
  }
}

function loggingOf(root: RootLogger | undefined): ThreadLogging | undefined {
  if (root === undefined) return undefined;
  const { level, redact, base } = root.options;
  return { options: { level, redact, base }, levels: root.sharedLevels.memory };
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  return {
    module: ThreadsModule,
    global: true,
    imports: [...imports, DiscoveryModule],
    providers: [
      ...providers,
      { provide: ThreadScope, useFactory: () => new ThreadScope() },
      featureProvider('threads', ThreadsModule),
    ],
    exports: [ThreadScope],
  };
}

/** Handlers of messages from threads other than answers. */
function events(): OffloadPoolSetup['events'] {
  const log = new common.Logger('Threads');
  return {
    onLine: (line) => presentRootLogger()?.writeLine(line),
    onStats: (thread, stats) => processStats().include(thread, stats),
    onThreadGone: (thread) => processStats().retire(thread),
    onError: (error) => log.warn(`A thread ended: ${error.message}`),
  };
}

function ourErrors(): ErrorClass[] {
  return [ContextAbortError, NoContextError, ...Object.values(errors)];
}

function httpExceptions(): ErrorClass[] {
  return Object.values(common).filter((value): value is typeof HttpException => {
    if (typeof value !== 'function') return false;
    return value === HttpException || value.prototype instanceof HttpException;
  });
}
