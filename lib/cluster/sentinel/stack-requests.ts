import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { OWNER_ONLY } from '../../common/files/owner-only.ts';
import {
  stackAnswerPath,
  type StackRequest,
  stackRequestPath,
  type WorkerStacks,
} from '../../common/process/stack-request.ts';

export interface StackRequestsOptions {
  /** Private directory of the group. */
  directory: string;
  worker: number;
}

/** Ids become a part of a file's name. */
const ID = /^[\da-f]{1,32}$/;

/**
 * Requests for stacks, and answers to them, as files: a sentinel has no event loop that turns, and
 * that of its process may be blocked.
 */
export class StackRequests {
  readonly #options: StackRequestsOptions;
  readonly #path: string;
  #answered = '';

  constructor(options: StackRequestsOptions) {
    this.#options = options;
    this.#path = stackRequestPath(options.directory);
  }

  /** Id of a request that this worker has not answered yet; each is returned once. */
  next(now: number): string | undefined {
    // Missing nearly always: an error would cost more than this look.
    if (!existsSync(this.#path)) return undefined;
    try {
      const asked = JSON.parse(readFileSync(this.#path, 'utf8')) as StackRequest;
      const { id, worker = this.#options.worker, until } = asked;
      if (!ID.test(id) || id === this.#answered || !(now < until)) return undefined;
      this.#answered = id;
      return worker === this.#options.worker ? id : undefined;
    } catch {
      // Being written, or removed since.
      return undefined;
    }
  }

  /** Leaves an answer, complete at once. */
  answer(id: string, stacks: WorkerStacks): void {
    const path = stackAnswerPath(this.#options.directory, id, this.#options.worker);
    const part = `${path}.part`;
    try {
      writeFileSync(part, JSON.stringify(stacks), { mode: OWNER_ONLY });
      renameSync(part, path);
    } catch {
      // Directory removed, or disk full: the pages name this worker as missing.
      rmSync(part, { force: true });
    }
  }
}
