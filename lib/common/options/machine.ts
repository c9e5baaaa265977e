import { isatty } from 'node:tty';

import { availableMemory } from '../process/available-memory.ts';
import { availableProcessors } from '../process/available-processors.ts';
import { descriptorLimit } from '../process/descriptor-limit.ts';
import { processLifecycle } from '../process/lifecycle.ts';
import { isDevelopment } from '../process/started-by.ts';

/** Facts about machine and process that defaults depend on. */
export interface Machine {
  /** Processors available to this process and its children. */
  readonly parallelism: number;
  /** Descriptors that this process may open. */
  readonly descriptors: number;
  /** Memory available to this process and its children. */
  readonly memoryBytes: number;
  /** Worker processes that share the machine. */
  readonly workers: number;
  /** Whether NODE_ENV is `production`. */
  readonly isProduction: boolean;
  /** Whether a developer runs this process and waits for its end. */
  readonly isDevelopment: boolean;
  /** Whether standard output is a terminal. */
  readonly hasTerminal: boolean;
}

const STDOUT = 1;

/** This machine; each fact is read when a default needs it. */
export function thisMachine(known: Partial<Machine> = {}): Machine {
  return {
    get parallelism() {
      return known.parallelism ?? availableProcessors();
    },
    get descriptors() {
      return known.descriptors ?? descriptorLimit();
    },
    get memoryBytes() {
      return known.memoryBytes ?? availableMemory();
    },
    get workers() {
      return known.workers ?? processLifecycle().identity.workers;
    },
    get isProduction() {
      return known.isProduction ?? process.env['NODE_ENV'] === 'production';
    },
    get isDevelopment() {
      return known.isDevelopment ?? isDevelopment();
    },
    get hasTerminal() {
      return known.hasTerminal ?? isatty(STDOUT);
    },
  };
}
