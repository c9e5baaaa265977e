import { isPoolThread } from '../common/pool-thread.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { ConnectionsFeatureOptions } from './connections.options.ts';
import {
  type ResolvedConnections,
  resolveFeature,
  type SourcedValue,
} from './resolve-connections.ts';
import type { ServiceSettings } from './service-settings.ts';

/** Told of each value with its source. */
export type NoteValue = (name: string, value: unknown, source: string) => void;

/** Adds what modules configure to a manager, and tells where each value comes from. */
export class ConnectionsSettings {
  readonly #manager: ConnectionManager;
  readonly #resolved: ResolvedConnections;
  #note: NoteValue | undefined;
  #values: readonly SourcedValue[];

  constructor(manager: ConnectionManager, resolved: ResolvedConnections) {
    this.#manager = manager;
    this.#resolved = resolved;
    this.#values = resolved.values;
    this.#add(resolved.services);
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  addFeature(options: ConnectionsFeatureOptions): void {
    const { services, values } = resolveFeature(options, this.#resolved);
    this.#add(services);
    this.#values = [...this.#values, ...values];
    for (const { name, value, source } of values) this.#note?.(name, value, source);
  }

  /** In a thread of a pool they are there already: they came along with the manager. */
  #add(services: readonly ServiceSettings[]): void {
    const known = isPoolThread() ? this.#manager.names : [];
    this.#manager.add(services.filter(({ name }) => !known.includes(name)));
  }

  /** From now on the values are told to `note`, those that are known at once. */
  tellTo(note: NoteValue): void {
    this.#note = note;
    for (const { name, value, source } of this.#values) note(name, value, source);
  }
}
