import type { ConnectionManager } from './connection-manager.ts';
import type { ConnectionsFeatureOptions } from './connections.options.ts';
import {
  type ResolvedConnections,
  resolveFeature,
  type SourcedValue,
} from './resolve-connections.ts';
import { threadManager } from './thread-manager.ts';

/** Receives each value with its source. */
export type NoteValue = (name: string, value: unknown, source: string) => void;

/** Adds configured services to a manager, and reports the source of each value. */
export class ConnectionsSettings {
  readonly #manager: ConnectionManager;
  readonly #resolved: ResolvedConnections;
  /** Services that so far only file or environment name. */
  readonly #notInCode: Set<string>;
  /** Whether the manager is of a pool thread, which has all services already. */
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

  /** Reports all values to `note`: known ones at once, later ones as they are added. */
  tellTo(note: NoteValue): void {
    this.#note = note;
    for (const { name, value, source } of this.#values) note(name, value, source);
  }
}
