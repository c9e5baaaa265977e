import { ButtressError } from '../common/buttress.error.ts';

/** Returns a report's current value, or a promise of it: data that JSON can represent. */
export type SnapshotSource<T = unknown> = () => T | Promise<T>;

/** Access level needed to run an operation; each level includes those before it. */
export type OperationAccess = 'read' | 'operate' | 'sensitive';

/** Runs an operation and returns its result as plain data. */
export type OperationHandler = (input: unknown) => unknown;

/** One form field of an operation's input. */
export interface OperationField {
  name: string;
  label: string;
  kind: 'text' | 'number' | 'choice' | 'flag';
  /** Options of a `choice`. */
  choices?: readonly string[];
  /** Initial value. */
  preset?: string | number;
  isOptional?: boolean;
}

/** Description of an operation for its page. */
export interface OperationAbout {
  title: string;
  /** One sentence on the effect. */
  summary?: string;
  fields?: readonly OperationField[];
}

export interface OperationDefinition {
  access: OperationAccess;
  run: OperationHandler;
  /** For the page that offers it; absent for operations that Buttress presents itself. */
  about?: OperationAbout;
}

/** A registered operation as plain data. */
export interface OperationDescription {
  name: string;
  access: OperationAccess;
  about?: OperationAbout;
}

export interface RegisterOptions {
  /**
   * Whether to replace an existing registration: several applications in one process, as in
   * tests, register the same features, and the last one wins.
   * @default false
   */
  takesOver?: boolean;
}

/** A name is already registered, or is unknown. */
export class ReportError extends ButtressError {}

/**
 * Registry of the features' snapshots and operations. Pages and JSON read only from here, so
 * features don't depend on them. `M` maps names of snapshots to types; by default, any name may
 * hold anything.
 */
export class Reports<M extends object = Record<string, unknown>> {
  readonly #snapshots = new Map<string, SnapshotSource>();
  readonly #operations = new Map<string, OperationDefinition>();

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

  /** Registers an operation. @returns removes it. @throws ReportError if the name is taken */
  operation(name: string, definition: OperationDefinition, options?: RegisterOptions): () => void {
    return register(this.#operations, { name, value: { ...definition } }, options);
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
    return find(this.#operations, name).run(input);
  }
}

function register<T>(
  map: Map<string, T>,
  { name, value }: { name: string; value: T },
  { takesOver = false }: RegisterOptions = {},
): () => void {
  if (map.has(name) && !takesOver) {
    throw new ReportError('ERR_BUTTRESS_REPORTS_TAKEN', `"${name}" is registered already`);
  }
  map.set(name, value);
  return () => {
    if (map.get(name) === value) map.delete(name);
  };
}

function find<T>(map: Map<string, T>, name: string): T {
  const value = map.get(name);
  if (value !== undefined) return value;
  throw new ReportError('ERR_BUTTRESS_REPORTS_UNKNOWN', `Nothing is registered as "${name}"`);
}
