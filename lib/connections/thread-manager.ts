import type { ConnectionManager } from './connection-manager.ts';

/** Shared by all copies of this package in the thread: a bundle may contain a second one. */
const slot = Symbol.for('nestjs-buttress.connections.manager');

interface ManagerSlot {
  [slot]?: ConnectionManager;
}

/** The manager that all modules of this pool thread share; undefined elsewhere. */
export function threadManager(): ConnectionManager | undefined {
  return (globalThis as ManagerSlot)[slot];
}

export function provideManager(manager: ConnectionManager): void {
  (globalThis as ManagerSlot)[slot] = manager;
}
