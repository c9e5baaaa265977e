import { processWide } from '../common/process-wide.ts';
import type { ConnectionManager } from './connection-manager.ts';

const shared = processWide<{ manager?: ConnectionManager }>('connections.manager', () => ({}));

/** The manager that all modules of this pool thread share; undefined elsewhere. */
export function threadManager(): ConnectionManager | undefined {
  return shared().manager;
}

export function provideManager(manager: ConnectionManager): void {
  shared().manager = manager;
}
