import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';

import { ignore } from '../common/ignore.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { ContextScope } from '../context/context-scope.ts';
import type { ApplicationThreads } from './application-threads.provider.ts';
import { ThreadScope } from './thread-scope.ts';
import type { ThreadsSnapshot } from './threads-runtime.ts';
import {
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

/** A text, as that of the options. */
const THREADS = 'nestjs-buttress.ThreadsModule.threads';

type Threads = Pick<ApplicationThreads, 'bind' | 'start' | 'close'>;

/**
 * Threads for methods decorated with `@CpuBound`, `@CpuBoundIf` and `@IoBound`. Starts none if no
 * method is decorated. In a pool thread it only provides `ThreadScope`.
 */
@Module({})
export class ThreadsModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #threads: Threads;

  /** @internal Constructed by Nest. */
  constructor(@Inject(THREADS) threads: Threads) {
    this.#threads = threads;
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
    this.#threads.bind();
  }

  /** @throws ThreadContextBootError, ThreadMethodsError: the application fails to start */
  async onApplicationBootstrap(): Promise<void> {
    await this.#threads.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#threads.close();
  }
}

const NO_THREADS: Threads = {
  bind: ignore,
  start: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Loads what starts threads; a thread of a pool starts none, and does without it. */
const threadsProvider: FactoryProvider<Threads> = {
  provide: THREADS,
  inject: [OPTIONS.token, DiscoveryService, { token: ContextScope, optional: true }],
  async useFactory(
    options: ResolvedThreadsOptions,
    discovery: DiscoveryService,
    scope: ContextScope | undefined,
  ) {
    if (isPoolThread()) return NO_THREADS;
    const side = await import('./application-threads.provider.ts');
    return new side.ApplicationThreads({ options, discovery, scope });
  },
};

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  return {
    module: ThreadsModule,
    global: true,
    imports: [...imports, DiscoveryModule],
    providers: [
      ...providers,
      threadsProvider,
      { provide: ThreadScope, useFactory: () => new ThreadScope() },
      featureProvider('threads', ThreadsModule),
    ],
    exports: [ThreadScope],
  };
}
