import type { ConnectionManager } from './connection-manager.ts';

/** Shared by all copies of this package in the thread: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.connections.manager');

interface ManagerSlot {
  [slot]?: ConnectionManager;
}

/** The manager of this thread of a pool, which every module in it has. */
export function threadManager(): ConnectionManager | undefined {
  return (globalThis as ManagerSlot)[slot];
}

export function provideManager(manager: ConnectionManager): void {
  (globalThis as ManagerSlot)[slot] = manager;
}
