import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import {
  ApplicationConfig,
  DiscoveryModule,
  DiscoveryService,
  HttpAdapterHost,
} from '@nestjs/core';

import { type RequestHook, requestHooksOf } from '../common/http/request-hooks.ts';
import { errorFilters } from '../common/http/send-error.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { platformOf } from '../common/nest/platform.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { completeRoutes, settingsOfRoutes } from '../context/route-settings.ts';
import { processReports } from '../reports/process-reports.ts';
import { processStats } from '../stats/process-stats.ts';
import {
  AdmissionControl,
  type AdmissionPressure,
  type AdmissionReport,
} from './admission-control.ts';
import { reportAdmissionStats } from './admission-stats.ts';
import {
  ADMISSION_OPTIONS,
  type AdmissionModuleOptions,
  type ResolvedAdmissionOptions,
} from './admission.options.ts';
import type { AdmissionSettings } from './route-plans.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    admission: AdmissionReport;
    'admission-brief': AdmissionReport;
    'admission-pressure': AdmissionPressure;
  }
}

const OPTIONS = new ModuleOptions('AdmissionModule', ADMISSION_OPTIONS);

const NOT_ON_EXPRESS =
  'Nothing is limited on Express: admission control, @Admission, @Priority and @SkipAdmissionLimit need ' +
  'new ClusteredFastifyAdapter() in NestFactory.create. `admission: false` in ' +
  'ButtressModule.forRoot leaves admission out, and this line.';

/** Adapters other than ours: the hook runs after those registered before. */
interface HookedInstance {
  addHook(name: 'onRequest', hook: RequestHook): unknown;
}

/**
 * Admits requests up to capacity and refuses the rest at once. On Express it only logs a warning:
 * Express resolves the route too late.
 */
@Module({})
export class AdmissionModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #control: AdmissionControl;
  readonly #host: HttpAdapterHost;
  readonly #discovery: DiscoveryService;
  #isOff = false;
  readonly #ends: (() => void)[] = [];

  /** @internal Constructed by Nest. */
  constructor(
    @Inject(AdmissionControl) control: AdmissionControl,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(DiscoveryService) discovery: DiscoveryService,
  ) {
    this.#control = control;
    this.#host = host;
    this.#discovery = discovery;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: AdmissionModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<AdmissionModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Reads route settings; Nest calls it before routes are registered.
   *
   * @throws TypeError when routes contradict each other
   * @throws PlatformError for an adapter other than Fastify and Express
   */
  configure(): void {
    for (const { metatype } of this.#discovery.getControllers()) {
      if (typeof metatype !== 'function') continue;
      completeRoutes(metatype);
      this.#control.plans.prepare(settingsOfRoutes(metatype) as AdmissionSettings[]);
    }
    const { httpAdapter } = this.#host;
    this.#isOff = platformOf(httpAdapter) === 'express';
    if (this.#isOff) new Logger('Admission').warn(NOT_ON_EXPRESS);
    else admitRequests(httpAdapter, this.#control);
  }

  onModuleInit(): void {
    // Pool threads receive no requests.
    if (isPoolThread() || this.#isOff) return;
    this.#control.start();
    const slot = String(processLifecycle().identity.slot);
    this.#ends.push(
      () => this.#control.stop(),
      reportAdmissionStats(processStats(), this.#control, slot),
      processReports().snapshot('admission', () => this.#control.report(), { takesOver: true }),
      processReports().snapshot('admission-brief', () => this.#control.brief(), {
        takesOver: true,
      }),
      processReports().snapshot('admission-pressure', () => this.#control.pressure(), {
        takesOver: true,
      }),
    );
  }

  onApplicationShutdown(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  const control: Provider = {
    provide: AdmissionControl,
    inject: [OPTIONS.token, ApplicationConfig, HttpAdapterHost],
    useFactory: (
      resolved: ResolvedAdmissionOptions,
      config: ApplicationConfig,
      host: HttpAdapterHost,
    ) => {
      const log = new Logger('ExceptionsHandler');
      return new AdmissionControl(resolved, errorFilters({ config, host, log }));
    },
  };
  return {
    module: AdmissionModule,
    imports: [...imports, DiscoveryModule],
    providers: [...providers, control, featureProvider('admission', AdmissionModule)],
  };
}

/** Registers admission: after CORS in our adapter, elsewhere after earlier `onRequest` hooks. */
function admitRequests(adapter: HttpAdapterHost['httpAdapter'], { entry }: AdmissionControl): void {
  const hooks = requestHooksOf(adapter);
  if (hooks !== undefined) {
    hooks.admission = entry.onRequest;
    hooks.upgradeAdmission = entry.onUpgrade;
    return;
  }
  adapter.getInstance<HookedInstance>().addHook('onRequest', entry.onRequest);
}
