import type { ConnectionManager } from './connection-manager.ts';
import type { ConnectionsFeatureOptions } from './connections.options.ts';
import {
  type ResolvedConnections,
  resolveFeature,
  type SourcedValue,
} from './resolve-connections.ts';
import { threadManager } from './thread-manager.ts';

/** Told of each value with its source. */
export type NoteValue = (name: string, value: unknown, source: string) => void;

/** Adds what modules configure to a manager, and tells where each value comes from. */
export class ConnectionsSettings {
  readonly #manager: ConnectionManager;
  readonly #resolved: ResolvedConnections;
  /** Services that nothing but file or environment speaks of so far. */
  readonly #notInCode: Set<string>;
  /** In a thread of a pool all services have come along already. */
  readonly #isTwin: boolean;
  #note: NoteValue | undefined;
  #values: readonly SourcedValue[];

  constructor(manager: ConnectionManager, resolved: ResolvedConnections) {
    this.#manager = manager;
    this.#resolved = resolved;
    this.#values = resolved.values;
    this.#notInCode = new Set(resolved.notInCode);
    this.#isTwin = threadManager() === manager;
    if (!this.#isTwin) manager.add(resolved.services);
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  addFeature(options: ConnectionsFeatureOptions): void {
    if (this.#isTwin) return;
    const { services, values } = resolveFeature(options, this.#resolved);
    for (const { name } of services) if (this.#notInCode.delete(name)) this.#manager.remove(name);
    this.#manager.add(services);
    this.#values = [...this.#values, ...values];
    for (const { name, value, source } of values) this.#note?.(name, value, source);
  }

  /** From now on the values are told to `note`, those that are known at once. */
  tellTo(note: NoteValue): void {
    this.#note = note;
    for (const { name, value, source } of this.#values) note(name, value, source);
  }
}
