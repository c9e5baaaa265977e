import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';

import { CheckWatch } from '../common/checks/check-watch.ts';
import { type OnAddressInUse, openedOrAwaited, waitReason } from '../common/http/patient-listen.ts';
import type { ResolvedSecondaryListener } from '../common/http/secondary-listener.options.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { processRedactor, redacting } from '../common/redaction/process-redactor.ts';
import { InsightModule } from '../insight/insight.module.ts';
import { processReports } from '../reports/process-reports.ts';
import type { OpenPages } from './local-pages.app.ts';
import { META_OPTIONS, type MetaModuleOptions, type ResolvedMetaOptions } from './meta.options.ts';
import { registerContributions } from './own/contributions.explorer.ts';
import { serveProbes } from './own/probe-routes.ts';

const OPTIONS = new ModuleOptions('MetaModule', redacting(META_OPTIONS));

/** Interval between runs of the readiness checks. */
const READINESS_EVERY_MS = 1_000;

/**
 * Reports on this process. In a Group it feeds the group's pages; alone it opens the secondary
 * listener, if `listener` is given. In a thread of a pool it does nothing.
 */
@Module({})
export class MetaModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #options: ResolvedMetaOptions;
  readonly #log = new Logger('Meta');
  readonly #discovery: DiscoveryService;
  readonly #host: HttpAdapterHost;
  #contributions: ReturnType<typeof registerContributions> | undefined;
  #readiness: CheckWatch<boolean> | undefined;
  #pages: OpenPages | undefined;
  #hasShutDown = false;

  /** @internal Constructed by Nest. */
  constructor(
    @Inject(OPTIONS.token) options: ResolvedMetaOptions,
    @Inject(DiscoveryService) discovery: DiscoveryService,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#options = options;
    this.#discovery = discovery;
    this.#host = host;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: MetaModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<MetaModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /** Address of this process's own pages; undefined: it has none. */
  get address(): string | undefined {
    return this.#pages?.address;
  }

  /** Runs once all providers exist and before the server starts, in time for the probe routes. */
  onModuleInit(): void {
    if (isPoolThread()) return;
    const { probes } = this.#options;
    this.#contributions = registerContributions(
      this.#discovery,
      processReports(),
      processRedactor(),
    );
    if (probes) serveProbes(this.#host.httpAdapter.getInstance(), this.#contributions.checks);
  }

  /** @throws MetaSetupError, or the system's error when the address is unavailable */
  async onApplicationBootstrap(): Promise<void> {
    if (isPoolThread()) return;
    await this.#tellReadiness();
    const { listener } = this.#options;
    if (listener === undefined) return;
    const { mode, slot } = processLifecycle().identity;
    if (mode === 'group') return this.#warnOfListener(slot);
    await openedOrAwaited(
      (onInUse) => this.#openPages(listener, onInUse),
      (error) => this.#log.error(`no pages: ${String(error)}`),
    );
  }

  /** Warns in one worker for all, which have the same options. */
  #warnOfListener(slot: number): void {
    if (slot !== 0) return;
    this.#log.warn(
      'meta.listener does nothing in a Group: give its options as `meta` of the Group instead',
    );
  }

  async #openPages(listener: ResolvedSecondaryListener, onInUse: OnAddressInUse): Promise<void> {
    // Imported on demand: workers of a Group never need the pages.
    const { openLocalPages } = await import('./local-pages.app.ts');
    const { host, port, path = `${host}:${port}` } = listener;
    const pages = await openLocalPages(listener, (holder) => {
      this.#log.warn(waitReason(path, holder));
      onInUse(holder);
    });
    this.#pages = pages;
    this.#log.log(`pages on ${pages.address}`);
    if (this.#hasShutDown) await pages.close();
  }

  async #tellReadiness(): Promise<void> {
    const { tellReadiness } = processLifecycle();
    if (this.#contributions === undefined || tellReadiness === undefined) return;
    this.#readiness = new CheckWatch(this.#contributions.checks, {
      everyMs: READINESS_EVERY_MS,
      // The group assumes that a worker that has reported nothing passes.
      initial: true,
      select: ({ isPassing }) => isPassing,
      notify: tellReadiness,
    });
    // Awaited, so that a worker reports before it serves.
    await this.#readiness.start();
  }

  /** Closes the pages last: they show how the rest shuts down. */
  async onApplicationShutdown(): Promise<void> {
    this.#readiness?.stop();
    this.#contributions?.end();
    this.#hasShutDown = true;
    await this.#pages?.close();
  }
}

/** Shares the options with `InsightModule`, which shows what they allow. */
@Module({})
class MetaOptionsModule {}

function moduleWith(parts: OptionsParts): DynamicModule {
  const options = OPTIONS.sharedBy(MetaOptionsModule, parts);
  return {
    module: MetaModule,
    imports: [options, InsightModule.with(options, OPTIONS.token), DiscoveryModule],
    providers: [featureProvider('meta', MetaModule)],
  };
}
