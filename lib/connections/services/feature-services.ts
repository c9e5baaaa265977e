import { noteOption } from '../../common/options/config-sources.ts';
import type { ConnectionsFeatureOptions } from '../settings/connections.options.ts';
import { type ResolvedConnections, resolveFeature } from '../settings/resolve-connections.ts';
import type { ManagedServices } from './managed-services.ts';
import { threadServices } from './thread-services.ts';

/** Adds the services of features. */
export class FeatureServices {
  readonly #services: ManagedServices;
  readonly #resolved: ResolvedConnections;
  /** Services that so far only file or environment name. */
  readonly #notInCode: Set<string>;

  constructor(services: ManagedServices, resolved: ResolvedConnections) {
    this.#services = services;
    this.#resolved = resolved;
    this.#notInCode = new Set(resolved.notInCode);
  }

  /** Adds nothing in a pool thread, which has all services. @throws TypeError or RangeError */
  add(options: ConnectionsFeatureOptions): void {
    if (threadServices() === this.#services) return;
    const added = resolveFeature(options, this.#resolved, { note: noteOption });
    for (const { name } of added) if (this.#notInCode.delete(name)) this.#services.remove(name);
    this.#services.add(added);
  }
}
