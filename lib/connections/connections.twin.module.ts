import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import type { MakeTwin } from '../common/thread-twin.ts';
import { processStats } from '../stats/process-stats.ts';
import { ConnectionManager } from './connection-manager.ts';
import type { ConnectionsShare } from './settings/connections-share.ts';
import { reportStats } from './connections-stats.ts';
import { provideManager } from './thread-manager.ts';

/** Provides `ConnectionManager` in a pool thread, with the thread's share of the limits. */
@Module({})
class ConnectionsTwinModule implements OnModuleInit, OnApplicationShutdown {
  readonly #manager: ConnectionManager;
  #end: (() => void) | undefined;

  constructor(@Inject(ConnectionManager) manager: ConnectionManager) {
    this.#manager = manager;
  }

  onModuleInit(): void {
    this.#end = reportStats(processStats(), this.#manager);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#manager.close();
    this.#end?.();
  }
}

/** Entry point of this feature in a pool thread. */
export const connectionsTwin: MakeTwin<ConnectionsShare> = (share): DynamicModule => {
  const manager = new ConnectionManager(share.process);
  manager.add(share.services);
  provideManager(manager);
  return {
    module: ConnectionsTwinModule,
    global: true,
    providers: [{ provide: ConnectionManager, useValue: manager }],
    exports: [ConnectionManager],
  };
};
