import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';

import type { AsyncOptions } from '../common/async-options.ts';
import { processLifecycle } from '../common/lifecycle.ts';
import { type RequestHook, requestHooksOf } from '../common/request-hooks.ts';
import { processReports } from '../reports/process-reports.ts';
import { AppContext } from './app-context.ts';
import { ContextScope, provideScope } from './context-scope.ts';
import { exemptEventStreams } from './context.decorator.ts';
import {
  type ContextModuleOptions,
  type ResolvedContextOptions,
  resolveContextOptions,
} from './context.options.ts';
import { Context } from './context.ts';
import { contextHook, upgradeHook } from './http-entry.ts';
import { findActiveTrace } from './open-telemetry.ts';
import { watchHandlers } from './watched-handler.ts';

const OPTIONS = Symbol('nestjs-buttress.context.options');

interface AnyAdapter {
  setOnRequestHook(hook: RequestHook): void;
}

/** `Context` and `AppContext` everywhere, and a context for every request. */
@Module({})
export class ContextModule implements NestModule, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #scope: ContextScope;
  readonly #host: HttpAdapterHost;
  readonly #discovery: DiscoveryService;
  readonly #ends: (() => void)[];

  constructor(
    @Inject(ContextScope) scope: ContextScope,
    @Inject(AppContext) app: AppContext,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(DiscoveryService) discovery: DiscoveryService,
  ) {
    this.#scope = scope;
    this.#host = host;
    this.#discovery = discovery;
    this.#ends = [
      provideScope(scope),
      processLifecycle().onEnding(() => scope.end()),
      processReports().snapshot('config', () => app.config.entries(), { takesOver: true }),
    ];
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: ContextModuleOptions = {}): DynamicModule {
    return moduleWith({ provide: OPTIONS, useValue: resolveContextOptions(options) });
  }

  static forRootAsync({
    imports = [],
    inject = [],
    useFactory,
  }: AsyncOptions<ContextModuleOptions>): DynamicModule {
    const create = async (...args: never[]) => resolveContextOptions(await useFactory(...args));
    return moduleWith({ provide: OPTIONS, inject, useFactory: create }, imports);
  }

  /** Called before routes are registered: it is there that their settings are read. */
  configure(): void {
    for (const { metatype } of this.#discovery.getControllers()) {
      if (typeof metatype === 'function') exemptEventStreams(metatype);
    }
    enterRequests(this.#host.httpAdapter, this.#scope);
    watchHandlers(this.#host.httpAdapter.getInstance<object>());
  }

  beforeApplicationShutdown(): void {
    this.#scope.startDrain();
  }

  onApplicationShutdown(): void {
    this.#scope.end();
    for (const end of this.#ends.splice(0)) end();
  }
}

function moduleWith(
  options: Provider,
  imports: NonNullable<DynamicModule['imports']> = [],
): DynamicModule {
  const scope: Provider = {
    provide: ContextScope,
    inject: [OPTIONS],
    useFactory: async (resolved: ResolvedContextOptions) => {
      return new ContextScope({ options: resolved, activeTrace: await findActiveTrace() });
    },
  };
  return {
    module: ContextModule,
    global: true,
    imports: [...imports, DiscoveryModule],
    providers: [
      options,
      scope,
      { provide: Context, useFactory: () => new Context() },
      { provide: AppContext, useFactory: () => new AppContext() },
    ],
    exports: [Context, AppContext, ContextScope],
  };
}

/** Our adapter keeps the first place free; others have one for all, which we take. */
function enterRequests(adapter: object, scope: ContextScope): void {
  const hooks = requestHooksOf(adapter);
  if (hooks !== undefined) {
    hooks.context = contextHook(scope);
    hooks.upgradeContext = upgradeHook(scope);
    return;
  }
  if ('setOnRequestHook' in adapter) {
    (adapter as AnyAdapter).setOnRequestHook(contextHook(scope));
  }
}
