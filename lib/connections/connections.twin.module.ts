import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import { monotonicClock } from '../common/clock.ts';
import type { MakeTwin } from '../common/process/thread-twin.ts';
import { processSettings } from '../reports/process-settings.ts';
import { processStats } from '../stats/process-stats.ts';
import { ConnectionManager } from './connection-manager.ts';
import { reportConnectionsStats } from './services/connections-stats.ts';
import { followHolds } from './services/kept-holds.ts';
import { ManagedServices } from './services/managed-services.ts';
import { provideServices } from './services/thread-services.ts';
import type { ConnectionsShare } from './settings/connections-share.ts';

/** Provides `ConnectionManager` in a pool thread, with the thread's share of the limits. */
@Module({})
class ConnectionsTwinModule implements OnModuleInit, OnApplicationShutdown {
  readonly #services: ManagedServices;
  readonly #ends: (() => void)[] = [];

  constructor(@Inject(ManagedServices) services: ManagedServices) {
    this.#services = services;
  }

  onModuleInit(): void {
    this.#ends.push(
      reportConnectionsStats(processStats(), this.#services),
      followHolds(this.#services, processSettings(), monotonicClock),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#services.close();
    for (const end of this.#ends.splice(0)) end();
  }
}

/** Entry point of this feature in a pool thread. */
export const connectionsTwin: MakeTwin<ConnectionsShare> = (share): DynamicModule => {
  const services = new ManagedServices(share.process);
  services.add(share.services);
  provideServices(services);
  return {
    module: ConnectionsTwinModule,
    global: true,
    providers: [
      { provide: ManagedServices, useValue: services },
      { provide: ConnectionManager, useValue: new ConnectionManager(services) },
    ],
    exports: [ConnectionManager],
  };
};
