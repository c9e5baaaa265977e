import { ButtressError } from '../common/buttress.error.ts';

/** Gives a report's present value, or a promise of it: plain data that survives JSON. */
export type SnapshotSource = () => unknown;

/** Who may run an operation; each level includes the ones before it. */
export type OperationAccess = 'read' | 'operate' | 'sensitive';

/** Does what an operation does and returns its result as plain data. */
export type OperationHandler = (input: unknown) => unknown;

/** One value of an operation's input, for a form. */
export interface OperationField {
  name: string;
  label: string;
  kind: 'text' | 'number' | 'choice' | 'flag';
  /** What may be chosen. */
  choices?: readonly string[];
  /** What stands there at first. */
  preset?: string | number;
  isOptional?: boolean;
}

/** What an operation is, for people. */
export interface OperationAbout {
  title: string;
  /** One sentence that says what will happen. */
  summary?: string;
  fields?: readonly OperationField[];
}

export interface OperationDefinition {
  access: OperationAccess;
  run: OperationHandler;
  /** For the page that offers it; absent: other parts of Buttress run it, or know what it is. */
  about?: OperationAbout;
}

/** An operation that is there, as plain data. */
export interface OperationDescription {
  name: string;
  access: OperationAccess;
  about?: OperationAbout;
}

export interface RegisterOptions {
  /**
   * Whether it may take the place of an earlier one: several applications in one process, as in
   * tests, have the same features, and the last one is shown.
   * @default false
   */
  takesOver?: boolean;
}

/** A name was registered twice, or was asked for and is not there. */
export class ReportError extends ButtressError {}

/**
 * Where features register what they show and what can be done to them. Pages and JSON read from
 * here alone, so a feature never knows them.
 */
export class Reports {
  readonly #snapshots = new Map<string, SnapshotSource>();
  readonly #operations = new Map<string, OperationDefinition>();

  /** Names of the snapshots, in the order of registration. */
  get names(): string[] {
    return [...this.#snapshots.keys()];
  }

  get operations(): OperationDescription[] {
    return Array.from(this.#operations, ([name, { access, about }]) => {
      return about === undefined ? { name, access } : { name, access, about };
    });
  }

  /** Registers a snapshot; the returned function removes it. @throws ReportError when taken */
  snapshot(name: string, source: SnapshotSource, options?: RegisterOptions): () => void {
    return register(this.#snapshots, { name, value: source }, options);
  }

  /** Registers an operation; the returned function removes it. @throws ReportError when taken */
  operation(name: string, definition: OperationDefinition, options?: RegisterOptions): () => void {
    return register(this.#operations, { name, value: { ...definition } }, options);
  }

  /** Whether a snapshot of that name is there. */
  has(name: string): boolean {
    return this.#snapshots.has(name);
  }

  /** The present value of a snapshot. @throws ReportError when there is none of that name */
  read(name: string): unknown {
    return find(this.#snapshots, name)();
  }

  /** Access that an operation asks for. @throws ReportError when there is none of that name */
  accessOf(name: string): OperationAccess {
    return find(this.#operations, name).access;
  }

  /** Runs an operation. @throws ReportError when there is none of that name */
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
