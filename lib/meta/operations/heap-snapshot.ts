import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { ignore } from '../../common/ignore.ts';
import { OperationError } from '../meta.errors.ts';
import type { Artifacts } from './artifacts.ts';
import type { Job, Operation } from './operation.ts';
import { WORKER_FIELD } from './worker-field.ts';

interface Prepared {
  file: string;
  costs: { heapBytes: number; blockedMs: number };
}

/** Time for the worker to look for memory, with a blocked event loop too. */
const PREPARE_TIMEOUT_MS = 10_000;

/** Maximum wait for the file: the worker drains first. */
const MOST_MS = 180_000;
const LOOK_EVERY_MS = 500;

export const CONFIRMATION = 'this worker will be replaced';

/** Writes the whole heap of a worker, secrets included, once the worker has drained. */
export function heapSnapshotOperation(artifacts: Artifacts): Operation {
  return {
    name: 'heap-snapshot',
    title: 'Heap snapshot',
    summary:
      'All objects of a worker, with their contents: the file holds secrets. The worker is drained and ' +
      'replaced first; a single process is blocked while it writes.',
    access: 'sensitive',
    guard: 'heap-snapshot',
    confirmation: CONFIRMATION,
    fields: [WORKER_FIELD],
    async run(job) {
      const worker = Number(job.input['worker']);
      job.progress('checking for free memory');
      let file: string | undefined;
      try {
        const options = { worker, timeoutMs: PREPARE_TIMEOUT_MS };
        const { data } = await job.reports.run<Prepared>('heap-snapshot.prepare', {}, options);
        const [answer] = data;
        if (answer === undefined) throw new OperationError('The worker did not answer', 503);
        const { costs } = answer.value;
        file = answer.value.file;
        if (await isInGroup(job)) await job.reports.runPrimary('recycle', { worker });
        job.progress('draining the worker, then writing');
        await untilWritten(artifacts.pathOf(file), job);
        const name = `worker-${worker}.heapsnapshot`;
        await job.keep({ name, type: 'application/json', access: 'sensitive', content: { file } });
        return costs;
      } catch (error) {
        // Otherwise a snapshot would be written later and stay behind. A worker that can't hear this
        // gives it up by itself.
        await job.reports.run('heap-snapshot.cancel', {}, { worker }).catch(ignore);
        if (file !== undefined) await artifacts.discard(file);
        throw error;
      }
    },
  };
}

async function isInGroup({ reports }: Job): Promise<boolean> {
  const offered = await reports.operations();
  if (offered.some(({ name, by }) => name === 'recycle' && by === 'primary')) return true;
  const { data } = await reports.workers();
  if (data.length === 1 && data[0]?.id === 0) return false;
  throw new OperationError('This group cannot replace the worker', 501);
}

async function untilWritten(path: string, { signal }: Job): Promise<void> {
  const endsAt = Date.now() + MOST_MS;
  while (!existsSync(path)) {
    if (signal.aborted) throw new OperationError('It was cancelled', 409);
    if (Date.now() > endsAt) throw new OperationError('The worker left no snapshot in time', 504);
    // oxlint-disable-next-line no-await-in-loop -- a file is waited for, in steps
    await wait(LOOK_EVERY_MS);
  }
}
