import {
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { processReports } from '../reports/process-reports.ts';
import { exportBuildInfo } from './build-info.ts';
import { CallerStats } from './caller-stats.ts';
import { HttpStats } from './http-stats.ts';
import { processStats } from './process-stats.ts';
import {
  loadPrometheus,
  type MetricsPage,
  metricsPage,
  type MetricsReport,
} from './prometheus-page.ts';
import { processLabels, measureRuntime } from './runtime-stats.ts';
import type { StatSnapshot } from './snapshot.ts';
import {
  type ResolvedStatsOptions,
  STATS_OPTIONS,
  type StatsModuleOptions,
} from './stats.options.ts';
import { Stats } from './stats.ts';
import { TlsStats } from './tls-stats.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    stats: StatSnapshot[];
    metrics: MetricsReport;
  }

  interface WorkerNews {
    /** Metrics at the end of the process. */
    'last-metrics': MetricsReport;
  }
}

const OPTIONS = new ModuleOptions('StatsModule', STATS_OPTIONS);

/** Provides `Stats` to record into, and exports the statistics of this process. */
@Module({})
export class StatsModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #options: ResolvedStatsOptions;
  readonly #stats: Stats;
  readonly #host: HttpAdapterHost;
  readonly #ends: (() => void)[] = [];

  /** @internal Constructed by Nest. */
  constructor(
    @Inject(OPTIONS.token) options: ResolvedStatsOptions,
    @Inject(Stats) stats: Stats,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#options = options;
    this.#stats = stats;
    this.#host = host;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: StatsModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<StatsModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Called before routes are registered: a hook applies only to later routes.
   *
   * @throws PlatformError unless the adapter is that of Fastify or Express
   */
  configure(): void {
    const { http, callerOf } = this.#options;
    if (callerOf !== undefined) {
      CallerStats.attach(this.#host.httpAdapter, this.#stats, callerOf);
    }
    if (!http) return;
    HttpStats.attach(this.#host.httpAdapter, this.#stats);
    TlsStats.attach(this.#host.httpAdapter.getHttpServer() as object, this.#stats);
  }

  async onModuleInit(): Promise<void> {
    // The owner of the pool includes this thread's statistics in its own.
    if (isPoolThread()) return;
    // Loaded now, so that the first scrape does not block the loop.
    await loadPrometheus();
    const { intervalMs, runtime } = this.#options;
    exportBuildInfo(this.#stats);
    if (runtime) this.#ends.push(measureRuntime(this.#stats, processLabels('worker')));
    const timer = setInterval(() => this.#stats.rotate(intervalMs), intervalMs).unref();
    const reports = processReports();
    this.#ends.push(
      () => clearInterval(timer),
      reports.snapshot('stats', () => this.#stats.snapshot(), { takesOver: true }),
      reports.snapshot('metrics', () => this.#report(), { takesOver: true }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#ends.length === 0) return;
    processReports().tell('last-metrics', await this.#report());
    for (const end of this.#ends.splice(0)) end();
  }

  /** Metrics of this process alone, for a route of the application's own. */
  async metrics(accept?: string): Promise<MetricsPage> {
    return metricsPage([await this.#report()], accept);
  }

  async #report(): Promise<MetricsReport> {
    const { register } = await import('prom-client');
    const { epoch } = this.#stats;
    const stats = this.#stats.snapshot('totals');
    return { epoch, stats, application: await register.getMetricsAsJSON() };
  }
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  return {
    module: StatsModule,
    global: true,
    imports,
    providers: [
      ...providers,
      { provide: Stats, useFactory: processStats },
      featureProvider('stats', StatsModule),
    ],
    exports: [Stats],
  };
}
