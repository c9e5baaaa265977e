import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';

import type { AsyncOptions } from '../common/async-options.ts';
import { featureProvider } from '../common/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/module-options.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { ThreadTwin } from '../common/thread-twin.ts';
import { wrongOption } from '../common/wrong-use.ts';
import { processReports } from '../reports/process-reports.ts';
import { processStats } from '../stats/process-stats.ts';
import { ConnectionManager } from './connection-manager.ts';
import { registerOperations } from './connections-operations.ts';
import { ConnectionsSettings } from './connections-settings.ts';
import type { ConnectionsShare } from './settings/connections-share.ts';
import type { ConnectionsSnapshot } from './connections-snapshot.ts';
import { reportStats } from './connections-stats.ts';
import type { ConnectionsFeatureOptions, ConnectionsModuleOptions } from './settings/connections.options.ts';
import { CONNECTIONS_OPTIONS, type ResolvedConnections } from './settings/resolve-connections.ts';
import { threadManager } from './thread-manager.ts';

declare module '../reports/report-types.ts' {
  interface WorkerReports {
    connections: ConnectionsSnapshot;
  }
}

const OPTIONS = new ModuleOptions('ConnectionsModule', CONNECTIONS_OPTIONS);
const TWIN = Symbol('nestjs-buttress.connections.twin');

/** Provides `ConnectionManager` globally: connections to named services. */
@Module({})
export class ConnectionsModule implements OnModuleInit, OnApplicationShutdown {
  readonly #manager: ConnectionManager;
  readonly #ends: (() => void)[] = [];

  /** @internal */
  constructor(@Inject(ConnectionManager) manager: ConnectionManager) {
    this.#manager = manager;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: ConnectionsModuleOptions = {}): DynamicModule {
    return moduleWith(OPTIONS.from(options));
  }

  /**
   * `forRoot` with options that providers make.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`
   */
  static forRootAsync(options: AsyncOptions<ConnectionsModuleOptions>): DynamicModule {
    return moduleWith(OPTIONS.fromAsync(options));
  }

  /**
   * Adds the services of one module of the application to those of `forRoot`.
   *
   * @throws TypeError or RangeError naming the option that is wrong, when the application starts
   */
  static forFeature(options: ConnectionsFeatureOptions): DynamicModule {
    const token = Symbol('nestjs-buttress.connections.feature');
    const feature: Provider = {
      provide: token,
      inject: [{ token: ConnectionsSettings, optional: true }],
      useFactory: (settings?: ConnectionsSettings) => addFeature(options, settings),
    };
    return { module: ConnectionsFeature, providers: [feature] };
  }

  onModuleInit(): void {
    // In a pool thread the twin module reports the manager.
    if (isPoolThread()) return;
    this.#ends.push(
      reportStats(processStats(), this.#manager),
      processReports().snapshot('connections', () => this.#manager.snapshot(), { takesOver: true }),
      registerOperations(processReports(), this.#manager),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#manager.close();
    for (const end of this.#ends.splice(0)) end();
  }
}

@Module({})
class ConnectionsFeature {}

/** @throws TypeError without `forRoot`, except in a pool thread, which has all services */
function addFeature(options: ConnectionsFeatureOptions, settings?: ConnectionsSettings): void {
  if (settings === undefined && !isPoolThread()) {
    throw wrongOption('ConnectionsModule.forFeature() needs ConnectionsModule.forRoot()');
  }
  settings?.addFeature(options);
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  return {
    module: ConnectionsModule,
    global: true,
    imports,
    providers: [
      ...providers,
      featureProvider(undefined, ConnectionsModule),
      {
        provide: ConnectionManager,
        inject: [OPTIONS.token],
        useFactory: ({ process }: ResolvedConnections) =>
          threadManager() ?? new ConnectionManager(process),
      },
      {
        provide: ConnectionsSettings,
        inject: [ConnectionManager, OPTIONS.token],
        useFactory: (manager: ConnectionManager, resolved: ResolvedConnections) =>
          new ConnectionsSettings(manager, resolved),
      },
      {
        provide: TWIN,
        inject: [ConnectionManager],
        useFactory: (manager: ConnectionManager) =>
          new ThreadTwin<ConnectionsShare>({
            module: new URL('connections.twin.module.js', import.meta.url),
            export: 'connectionsTwin',
            data: ({ threads }) => manager.share(threads),
          }),
      },
    ],
    exports: [ConnectionManager, ConnectionsSettings],
  };
}
