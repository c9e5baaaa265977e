import { processWide } from '../common/process/process-wide.ts';

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
  #users = 0;

  /** Listens for warnings until every caller has called, once, the function that it got. */
  start(): () => void {
    if (this.#users++ === 0) process.on('warning', this.#add);
    return () => {
      if (--this.#users === 0) process.off('warning', this.#add);
    };
  }

  /** Latest first. */
  get all(): NodeWarning[] {
    return [...this.#byMessage.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  }

  readonly #add = ({ name, code = '', message }: Error & { code?: string }): void => {
    const text = message.slice(0, MAX_MESSAGE);
    const key = `${name} ${code} ${text}`;
    const known = this.#byMessage.get(key);
    if (known === undefined && this.#byMessage.size >= MAX_KINDS) return;
    const count = (known?.count ?? 0) + 1;
    this.#byMessage.set(key, { name, code, message: text, count, lastAt: Date.now() });
  };
}

/** Those of this thread, for all its applications: Node warns of more than ten listeners. */
export const processWarnings = processWide('node-warnings', () => new NodeWarnings());
