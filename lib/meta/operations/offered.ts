import type { GuardedOperation } from '../../common/http/secondary-listener.options.ts';
import { GUARDED_OPERATIONS } from '../../common/http/secondary-listener.options.ts';
import type { OperationAbout, OperationField } from '../../reports/reports.ts';
import type { GroupReports, OfferedOperation } from '../group-reports.provider.ts';
import { keepChange } from './keep-change.ts';
import type { Operation } from './operation.ts';
import { WORKER_FIELD } from './worker-field.ts';

const ADDRESS: OperationField = { name: 'address', label: 'Address (host:port)', kind: 'text' };

/** Descriptions of operations whose features bring none. */
const KNOWN: Readonly<Record<string, OperationAbout>> = {
  recycle: {
    title: 'Recycle a worker',
    summary: 'A successor takes over its slot; then it finishes its requests and ends.',
    fields: [WORKER_FIELD],
  },
  drain: {
    title: 'Drain a worker',
    summary:
      'It gets no new work, finishes its requests and ends; another one takes over its slot.',
    fields: [WORKER_FIELD],
  },
  reload: {
    title: 'Reload all workers',
    summary: 'Replaces all workers with the code on disk: a canary first, then the others.',
  },
  scale: {
    title: 'Scale the workers',
    summary: 'Fixes the number of workers regardless of load. Surplus workers drain.',
    fields: [
      {
        name: 'workers',
        label: 'Workers; empty: as configured',
        kind: 'number',
        isOptional: true,
      },
    ],
  },
  'fail-health': {
    title: 'Fail health',
    summary: 'All readiness probes fail; traffic is still served.',
    fields: [
      { name: 'reason', label: 'Reason', kind: 'text', isOptional: true },
      {
        name: 'forMs',
        label: 'Duration (ms); empty: until restored',
        kind: 'number',
        isOptional: true,
      },
    ],
  },
  'restore-health': {
    title: 'Restore health',
    summary: 'Ends the failure: readiness depends on the workers alone again.',
  },
  'take-out': {
    title: 'Take a worker out',
    summary:
      'Gives it no new connections and keeps it alive for inspection; the other workers serve.',
    fields: [
      WORKER_FIELD,
      { name: 'reason', label: 'Reason', kind: 'text', isOptional: true },
      { name: 'forMs', label: 'Duration (ms)', kind: 'number', preset: 1_800_000 },
    ],
  },
  'put-back': {
    title: 'Put a worker back',
    summary: 'It gets connections again.',
    fields: [WORKER_FIELD],
  },
  'connections.hold-down': {
    title: 'Mark an address down',
    summary:
      'All workers, new ones included, avoid the address for the duration, even if it is healthy.',
    fields: [ADDRESS, { name: 'forMs', label: 'Duration (ms)', kind: 'number', preset: 600_000 }],
  },
  'connections.mark-up': {
    title: 'Mark an address up',
    summary: 'Workers use it again at once.',
    fields: [ADDRESS],
  },
};

/** Time limit for an offered operation. */
const RUN_TIMEOUT_MS = 10_000;

/** Operations that the processes offer, except those without a description. */
export async function offeredOperations(reports: GroupReports): Promise<Operation[]> {
  const offered = await reports.operations().catch(() => []);
  return offered.flatMap((one) => {
    const about = one.about ?? KNOWN[one.name];
    return about === undefined ? [] : [asOperation(one, about)];
  });
}

function asOperation({ name, access, by }: OfferedOperation, about: OperationAbout): Operation {
  const guard = guardOf(name);
  return {
    name,
    access,
    ...about,
    ...(guard === undefined ? {} : { guard }),
    isQuick: true,
    async run({ reports, input, by: visitor, carriedOut }) {
      // The primary keeps who did it beyond the end of the process of the pages.
      if (by === 'primary') {
        return reports.runPrimary(name, { ...input, by: visitor }, RUN_TIMEOUT_MS);
      }
      const options = { timeoutMs: RUN_TIMEOUT_MS };
      const { workers, data, outcomes } = await reports.run(name, input, options);
      carriedOut(outcomes);
      await keepChange(reports, { name, input, by: visitor, answers: data });
      return { workers, answers: data };
    },
  };
}

function guardOf(name: string): GuardedOperation | undefined {
  return GUARDED_OPERATIONS.find((guarded) => guarded === name);
}
