import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';

import { monotonicClock } from '../common/clock.ts';
import { wrongOption } from '../common/errors/wrong-use.ts';
import { ownFile } from '../common/files/own-file.ts';
import type { AsyncOptions } from '../common/nest/async-options.ts';
import { featureProvider } from '../common/nest/feature.provider.ts';
import { ModuleOptions, type OptionsParts } from '../common/nest/module-options.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { ThreadTwin } from '../common/process/thread-twin.ts';
import { processReports } from '../reports/process-reports.ts';
import { processSettings } from '../reports/process-settings.ts';
import { processStats } from '../stats/process-stats.ts';
import { ConnectionManager } from './connection-manager.ts';
import { registerOperations } from './services/connections-operations.ts';
import type { ConnectionsSnapshot } from './services/connections-snapshot.ts';
import { reportConnectionsStats } from './services/connections-stats.ts';
import { FeatureServices } from './services/feature-services.ts';
import { followHolds } from './services/kept-holds.ts';
import { ManagedServices } from './services/managed-services.ts';
import { threadServices } from './services/thread-services.ts';
import type { ConnectionsShare } from './settings/connections-share.ts';
import type {
  ConnectionsFeatureOptions,
  ConnectionsModuleOptions,
} from './settings/connections.options.ts';
import { CONNECTIONS_OPTIONS, type ResolvedConnections } from './settings/resolve-connections.ts';

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
  readonly #services: ManagedServices;
  readonly #ends: (() => void)[] = [];

  /** @internal */
  constructor(@Inject(ManagedServices) services: ManagedServices) {
    this.#services = services;
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
      inject: [{ token: FeatureServices, optional: true }],
      useFactory: (services?: FeatureServices) => addFeature(options, services),
    };
    return { module: ConnectionsFeature, providers: [feature] };
  }

  onModuleInit(): void {
    // In a pool thread the twin module reports them.
    if (isPoolThread()) return;
    this.#ends.push(
      reportConnectionsStats(processStats(), this.#services),
      processReports().snapshot('connections', () => this.#services.snapshot(), {
        takesOver: true,
      }),
      registerOperations(processReports(), this.#services),
      followHolds(this.#services, processSettings(), monotonicClock),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#services.close();
    for (const end of this.#ends.splice(0)) end();
  }
}

@Module({})
class ConnectionsFeature {}

/** @throws TypeError without `forRoot`, except in a pool thread, which has all services */
function addFeature(options: ConnectionsFeatureOptions, services?: FeatureServices): void {
  if (services === undefined && !isPoolThread()) {
    throw wrongOption('ConnectionsModule.forFeature() needs ConnectionsModule.forRoot()');
  }
  services?.add(options);
}

function moduleWith({ imports, providers }: OptionsParts): DynamicModule {
  return {
    module: ConnectionsModule,
    global: true,
    imports,
    providers: [
      ...providers,
      featureProvider(undefined, ConnectionsModule),
      { provide: ManagedServices, inject: [OPTIONS.token], useFactory: servicesOf },
      {
        provide: ConnectionManager,
        inject: [ManagedServices],
        useFactory: (services: ManagedServices) => new ConnectionManager(services),
      },
      {
        provide: FeatureServices,
        inject: [ManagedServices, OPTIONS.token],
        useFactory: (services: ManagedServices, resolved: ResolvedConnections) =>
          new FeatureServices(services, resolved),
      },
      {
        provide: TWIN,
        inject: [ManagedServices],
        useFactory: (services: ManagedServices) =>
          new ThreadTwin<ConnectionsShare>({
            module: ownFile('connections/connections.twin.module.js'),
            export: 'connectionsTwin',
            data: ({ threads }) => services.share(threads),
          }),
      },
    ],
    exports: [ConnectionManager, FeatureServices],
  };
}

/** In a pool thread, those of the main thread, with the thread's share of the limits. */
function servicesOf({ process, services }: ResolvedConnections): ManagedServices {
  const ofThread = threadServices();
  if (ofThread !== undefined) return ofThread;
  const created = new ManagedServices(process);
  created.add(services);
  return created;
}
