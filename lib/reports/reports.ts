import { ButtressError } from '../common/errors/buttress.error.ts';
import { thrownMessage } from '../common/errors/to-error.ts';
import { thisMachine } from '../common/options/machine.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';
import {
  type OperationAbout,
  type OperationAccess,
  type OperationDefinition,
  operationOptions,
  type RegisterOptions,
  registerOptions,
} from './operation.options.ts';

export type {
  OperationAbout,
  OperationAccess,
  OperationDefinition,
  OperationField,
  OperationHandler,
  RegisterOptions,
} from './operation.options.ts';

/** Returns a report's current value, or a promise of it: data that JSON can represent. */
export type SnapshotSource<T = unknown> = () => T | Promise<T>;

/** Takes news of features. */
export type NewsListener = (name: string, value: unknown) => void;

/** A registered operation as plain data. */
export interface OperationDescription {
  name: string;
  access: OperationAccess;
  about?: OperationAbout;
}

/** A name is already registered, or is unknown. */
export class ReportError extends ButtressError {}

/**
 * Registry of the features' snapshots and operations. Pages and JSON read only from here, so
 * features don't depend on them. `M` maps names of snapshots to types; by default, any name may
 * hold anything. `N` does the same for news.
 */
export class Reports<
  M extends object = Record<string, unknown>,
  N extends object = Record<string, unknown>,
> {
  readonly #snapshots = new Map<string, SnapshotSource>();
  readonly #operations = new Map<string, OperationDefinition>();
  readonly #listeners = new Set<NewsListener>();

  /** Snapshot names in order of registration. */
  get names(): string[] {
    return [...this.#snapshots.keys()];
  }

  get operations(): OperationDescription[] {
    return Array.from(this.#operations, ([name, { access, about }]) => {
      return about === undefined ? { name, access } : { name, access, about };
    });
  }

  /** Registers a snapshot. @returns removes it. @throws ReportError if the name is taken */
  snapshot<K extends keyof M & string>(
    name: K,
    source: SnapshotSource<M[K]>,
    options?: RegisterOptions,
  ): () => void {
    return register(this.#snapshots, { name, value: source }, options);
  }

  /**
   * Registers an operation. @returns removes it.
   *
   * @throws ReportError if the name is taken
   * @throws TypeError naming the part of the definition that is wrong
   */
  operation(name: string, definition: OperationDefinition, options?: RegisterOptions): () => void {
    operationOptions.check(labelOf(name), definition, thisMachine());
    return register(this.#operations, { name, value: { ...definition } }, options);
  }

  /** Sends news to the pages at once; lost while none are connected. */
  tell<K extends keyof N & string>(name: K, value: N[K]): void {
    for (const listener of this.#listeners) listener(name, value);
  }

  /** Calls `listener` with all news. @returns removes it */
  onNews(listener: NewsListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether a snapshot of this name is registered. */
  has(name: string): boolean {
    return this.#snapshots.has(name);
  }

  /** Returns a snapshot's current value. @throws ReportError if the name is unknown */
  read<K extends keyof M & string>(name: K): M[K] | Promise<M[K]>;
  read(name: string): unknown;
  read(name: string): unknown {
    return find(this.#snapshots, name)();
  }

  /** Returns an operation's access level. @throws ReportError if the name is unknown */
  accessOf(name: string): OperationAccess {
    return find(this.#operations, name).access;
  }

  /** Runs an operation. @throws ReportError if the name is unknown */
  async run(name: string, input: unknown): Promise<unknown> {
    const { run, about } = find(this.#operations, name);
    // Operations without a description are ours: they hold no fields of the application.
    if (about === undefined) return run(input);
    try {
      return processRedactor().whole(await run(input));
    } catch (error) {
      throw new Error(processRedactor().text(thrownMessage(error)), { cause: error });
    }
  }
}

function register<T>(
  map: Map<string, T>,
  { name, value }: { name: string; value: T },
  options: RegisterOptions = {},
): () => void {
  const { takesOver } = registerOptions.check(labelOf(name), options, thisMachine());
  if (map.has(name) && !takesOver) {
    throw new ReportError('ERR_BUTTRESS_REPORTS_TAKEN', `"${name}" is registered already`);
  }
  map.set(name, value);
  return () => {
    if (map.get(name) === value) map.delete(name);
  };
}

/** How errors name a registration. */
function labelOf(name: string): string {
  return `reports.${name}`;
}

function find<T>(map: Map<string, T>, name: string): T {
  const value = map.get(name);
  if (value !== undefined) return value;
  throw new ReportError('ERR_BUTTRESS_REPORTS_UNKNOWN', `Nothing is registered as "${name}"`);
}
