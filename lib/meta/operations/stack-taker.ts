import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { OWNER_ONLY } from '../../common/files/owner-only.ts';
import {
  isStackAnswer,
  stackAnswerPath,
  type StackRequest,
  stackRequestPath,
  type WorkerStacks,
} from '../../common/process/stack-request.ts';
import type { Coverage, WorkerAnswer } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import { BusyError, NotFoundError, OperationError } from '../meta.errors.ts';

/** Stacks of all workers, at one moment. */
export interface TakenStacks {
  /** ISO 8601. */
  at: string;
  workers: Coverage;
  stacks: WorkerAnswer<WorkerStacks>[];
}

export interface StackTakerOptions {
  reports: Pick<GroupReports, 'primary'>;
  /** Private directory of the group; undefined: a process without a group. */
  directory: () => string | undefined;
  /** Longest wait for all answers. @default 8_000 */
  withinMs?: number;
}

/** A sentinel may wait 2 s for the stack of a block first, and as long for this one. */
const WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 25;

/** `Retry-After` of a second request. */
const RETRY_MS = 1_000;

/** Asks the sentinels of workers for the stacks of all threads; keeps the latest answer. */
export class StackTaker {
  readonly #options: StackTakerOptions;
  #last: TakenStacks | undefined;
  #isTaking = false;

  constructor(options: StackTakerOptions) {
    this.#options = options;
  }

  /** Stacks that were taken last. */
  get last(): TakenStacks | undefined {
    return this.#last;
  }

  /**
   * Takes stacks of all workers or one, also of those whose event loop is blocked.
   *
   * @throws BusyError while others are being taken
   * @throws NotFoundError when there is no such worker
   * @throws OperationError without a group, or when no worker answered
   */
  async take(worker?: number): Promise<TakenStacks> {
    const directory = this.#options.directory();
    if (directory === undefined) {
      throw new OperationError('Taking stacks needs a Group', 501);
    }
    if (this.#isTaking) throw new BusyError('Stacks are already being taken', 409, RETRY_MS);
    this.#isTaking = true;
    try {
      return await this.#take(directory, await this.#idsOf(worker), worker);
    } finally {
      this.#isTaking = false;
    }
  }

  async #idsOf(worker: number | undefined): Promise<number[]> {
    const rows = await this.#options.reports.primary('workers');
    const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
    if (worker === undefined) return ids;
    if (ids.includes(worker)) return [worker];
    throw new NotFoundError(`There is no worker ${worker}`);
  }

  async #take(directory: string, ids: number[], worker: number | undefined): Promise<TakenStacks> {
    const { withinMs = WITHIN_MS } = this.#options;
    const id = randomBytes(12).toString('hex');
    const endsAt = Date.now() + withinMs;
    const stacks: WorkerAnswer<WorkerStacks>[] = [];
    try {
      await removeAnswers(directory);
      await ask(directory, { id, until: endsAt, ...(worker === undefined ? {} : { worker }) });
      while (stacks.length < ids.length && Date.now() < endsAt) {
        // oxlint-disable-next-line no-await-in-loop -- files are waited for, in steps
        await wait(LOOK_EVERY_MS);
        // oxlint-disable-next-line no-await-in-loop -- files are waited for, in steps
        stacks.push(...(await newAnswers(directory, id, ids, stacks)));
      }
    } finally {
      const left = ids.map((one) => stackAnswerPath(directory, id, one));
      const paths = [stackRequestPath(directory), ...left];
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    }
    if (stacks.length === 0) throw new OperationError('No worker returned its stacks in time', 504);
    stacks.sort((a, b) => a.worker - b.worker);
    const missing = ids.filter((one) => !stacks.some((taken) => taken.worker === one));
    const workers = { expected: ids.length, answered: stacks.length, missing };
    this.#last = { at: new Date().toISOString(), workers, stacks };
    return this.#last;
  }
}

/** Removes answers to earlier requests that came too late, or from workers that had just started. */
async function removeAnswers(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const answers = names.filter(isStackAnswer);
  await Promise.all(answers.map((name) => rm(join(directory, name), { force: true })));
}

/** Leaves a request, complete at once. */
async function ask(directory: string, request: StackRequest): Promise<void> {
  const path = stackRequestPath(directory);
  const part = `${path}.part`;
  await writeFile(part, JSON.stringify(request), { mode: OWNER_ONLY });
  await rename(part, path);
}

async function newAnswers(
  directory: string,
  id: string,
  ids: readonly number[],
  known: readonly WorkerAnswer<WorkerStacks>[],
): Promise<WorkerAnswer<WorkerStacks>[]> {
  const open = ids.filter((one) => !known.some(({ worker }) => worker === one));
  const read = open.map(async (worker) => {
    const text = await readFile(stackAnswerPath(directory, id, worker), 'utf8').catch(() => '');
    return text === '' ? [] : [{ worker, value: JSON.parse(text) as WorkerStacks }];
  });
  return (await Promise.all(read)).flat();
}
