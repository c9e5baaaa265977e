/** Warning emitted by Node or a package: deprecations, listener leaks and the like. */
export interface NodeWarning {
  name: string;
  code: string;
  message: string;
  count: number;
  /** In milliseconds since the epoch. */
  lastAt: number;
}

const MAX_KINDS = 50;
const MAX_MESSAGE = 1_000;

/** Warnings of the process since its start; equal ones are counted. */
export class NodeWarnings {
  readonly #byMessage = new Map<string, NodeWarning>();

  /** Listens for warnings, until the returned function is called. */
  start(): () => void {
    const onWarning = (warning: Error & { code?: string }): void => this.#add(warning);
    process.on('warning', onWarning);
    return () => void process.off('warning', onWarning);
  }

  /** Latest first. */
  get all(): NodeWarning[] {
    return [...this.#byMessage.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  }

  #add({ name, code = '', message }: Error & { code?: string }): void {
    const text = message.slice(0, MAX_MESSAGE);
    const key = `${name} ${code} ${text}`;
    const known = this.#byMessage.get(key);
    if (known === undefined && this.#byMessage.size >= MAX_KINDS) return;
    const count = (known?.count ?? 0) + 1;
    this.#byMessage.set(key, { name, code, message: text, count, lastAt: Date.now() });
  }
}
