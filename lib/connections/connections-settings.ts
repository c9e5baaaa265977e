import { processConfig } from '../common/options/config-sources.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { ConnectionsFeatureOptions } from './settings/connections.options.ts';
import { type ResolvedConnections, resolveFeature } from './settings/resolve-connections.ts';
import { threadManager } from './thread-manager.ts';

/** Adds configured services to a manager. */
export class ConnectionsSettings {
  readonly #manager: ConnectionManager;
  readonly #resolved: ResolvedConnections;
  /** Services that so far only file or environment name. */
  readonly #notInCode: Set<string>;
  /** Whether the manager is of a pool thread, which has all services already. */
  readonly #isTwin: boolean;

  constructor(manager: ConnectionManager, resolved: ResolvedConnections) {
    this.#manager = manager;
    this.#resolved = resolved;
    this.#notInCode = new Set(resolved.notInCode);
    this.#isTwin = threadManager() === manager;
    if (!this.#isTwin) manager.add(resolved.services);
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  addFeature(options: ConnectionsFeatureOptions): void {
    if (this.#isTwin) return;
    const config = processConfig();
    const services = resolveFeature(options, this.#resolved, {
      note: ({ name, value, source }) => config.note(name, value, source),
    });
    for (const { name } of services) if (this.#notInCode.delete(name)) this.#manager.remove(name);
    this.#manager.add(services);
  }
}
