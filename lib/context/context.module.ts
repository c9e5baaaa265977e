import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Logger,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import {
  ApplicationConfig,
  DiscoveryModule,
  DiscoveryService,
  HttpAdapterHost,
} from '@nestjs/core';

import { expressHooksOf, type HookedExpress } from '../common/http/express-hooks.ts';
import { type RequestHook, requestHooksOf } from '../common/http/request-hooks.ts';
import { errorFilters, errorSender } from '../common/http/send-error.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { platformOf } from '../common/nest/platform.ts';
import type { ConfigEntry } from '../common/options/config-values.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { traceSource } from '../common/trace-source.ts';
import { processReports } from '../reports/process-reports.ts';
import { processSettings } from '../reports/process-settings.ts';
import { registerSettings } from '../reports/settings-reports.ts';
import { AppContext } from './app-context.ts';
import { configReport } from './config-report.ts';
import { ContextScope, provideScope } from './context-scope.ts';
import {
  CONTEXT_OPTIONS,
  type ContextModuleOptions,
  type ResolvedContextOptions,
} from './context.options.ts';
import { Context } from './context.ts';
import { ExpressRoutesInterceptor } from './express-routes.interceptor.ts';
import { handlersWithoutContext } from './gateway-contexts.ts';
import { contextHook, upgradeHook } from './http-entry.ts';
import { findOpenTelemetry } from './open-telemetry.ts';
import { RequestEvents } from './request-events.ts';
import { completeRoutes } from './route-settings.ts';
import { storage } from './storage.ts';
import { watchHandlers } from './watched-handler.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    config: ConfigEntry[];
  }
}

const OPTIONS = new ModuleOptions('ContextModule', CONTEXT_OPTIONS);

const HOME = Symbol('nestjs-buttress.context.home');

/** Parts of the application that the module uses. */
interface Home {
  events: RequestEvents;
  host: HttpAdapterHost;
  discovery: DiscoveryService;
  config: ApplicationConfig;
}

const HOME_PROVIDER: FactoryProvider<Home> = {
  provide: HOME,
  inject: [RequestEvents, HttpAdapterHost, DiscoveryService, ApplicationConfig],
  useFactory: (
    events: RequestEvents,
    host: HttpAdapterHost,
    discovery: DiscoveryService,
    config: ApplicationConfig,
  ) => ({ events, host, discovery, config }),
};

interface HookedFastify {
  setOnRequestHook(hook: RequestHook): void;
}

/** Provides `Context` and `AppContext` globally, and a context for every request. */
@Module({})
export class ContextModule implements NestModule, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #scope: ContextScope;
  readonly #home: Home;
  readonly #ends: (() => void)[];

  /** @internal Constructed by Nest. */
  constructor(@Inject(ContextScope) scope: ContextScope, @Inject(HOME) home: Home) {
    this.#scope = scope;
    this.#home = home;
    this.#ends = [
      provideScope(scope),
      processLifecycle().onEnding(() => scope.end()),
      processReports().snapshot('config', configReport, { takesOver: true }),
      ...registerSettings(processReports(), processSettings()),
    ];
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: ContextModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<ContextModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Installs the hooks; Nest calls it before routes are registered.
   *
   * @throws PlatformError for an adapter other than Fastify and Express
   */
  configure(): void {
    const { events, host, discovery, config } = this.#home;
    for (const { metatype } of discovery.getControllers()) {
      if (typeof metatype === 'function') completeRoutes(metatype);
    }
    traceSource().current = () => storage.getStore()?.knownTrace?.traceId;
    const { httpAdapter } = host;
    const log = new Logger('ExceptionsHandler');
    this.#scope.sendError = errorSender(errorFilters({ config, host, log }), log);
    if (platformOf(httpAdapter) === 'express') {
      enterExpress(httpAdapter, contextHook(this.#scope, events));
      config.addGlobalInterceptor(new ExpressRoutesInterceptor());
      warnOfGateways(discovery);
      return;
    }
    if (!enterFastify(httpAdapter, this.#scope, events)) warnOfGateways(discovery);
    watchHandlers(httpAdapter.getInstance<object>());
  }

  beforeApplicationShutdown(): void {
    this.#scope.startDrain();
  }

  onApplicationShutdown(): void {
    this.#scope.end();
    for (const end of this.#ends.splice(0)) end();
  }
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  const scope: Provider = {
    provide: ContextScope,
    inject: [OPTIONS.token],
    useFactory: async (resolved: ResolvedContextOptions) => {
      return new ContextScope({ options: resolved, openTelemetry: await findOpenTelemetry() });
    },
  };
  return {
    module: ContextModule,
    global: true,
    imports: [...imports, DiscoveryModule],
    providers: [
      ...providers,
      scope,
      HOME_PROVIDER,
      featureProvider('context', ContextModule),
      { provide: RequestEvents, useFactory: () => new RequestEvents() },
      { provide: Context, useFactory: () => new Context() },
      { provide: AppContext, useFactory: () => new AppContext() },
    ],
    exports: [Context, AppContext, ContextScope, RequestEvents],
  };
}

function warnOfGateways(discovery: DiscoveryService): void {
  const handlers = handlersWithoutContext(discovery);
  if (handlers.length === 0 || processLifecycle().identity.slot !== 0) return;
  new Logger('Buttress').warn(
    `WebSocket connections have no context without ClusteredFastifyAdapter: use it, or decorate ` +
      `${handlers.join(', ')} with @UseContext()`,
  );
}

function enterExpress(adapter: object, hook: RequestHook): void {
  expressHooksOf(adapter as HookedExpress).context = hook;
}

/**
 * Uses the first hook of our adapter; Nest's has a single one, which we take.
 *
 * @returns whether upgrades get a context, too
 */
function enterFastify(adapter: object, scope: ContextScope, events: RequestEvents): boolean {
  const hook = contextHook(scope, events);
  const hooks = requestHooksOf(adapter);
  if (hooks === undefined) {
    (adapter as HookedFastify).setOnRequestHook(hook);
    return false;
  }
  hooks.context = hook;
  hooks.upgradeContext = upgradeHook(scope);
  return true;
}
