import type { WorkerShapes } from './report-types.ts';
import type { Reports } from './reports.ts';

/** Reports that tell why a worker ended, and what it last did: kept beyond its end. */
export const EVIDENCE = ['blocked-loop', 'errors', 'logs', 'requests', 'request-logs'] as const;

export type EvidenceName = (typeof EVIDENCE)[number];

declare module './report-types.ts' {
  interface WorkerNews {
    /** Evidence at the end of a process, by the name of the report. */
    'last-reports': Partial<Record<EvidenceName, unknown>>;
  }
}

/** Reads the evidence of a process that is about to end, at once, and sends it. */
export async function tellEvidence(
  reports: Pick<Reports<WorkerShapes>, 'has' | 'read'> & { tell: TellLast },
): Promise<void> {
  const present = EVIDENCE.filter((name) => reports.has(name));
  const read = present.map(async (name) => [name, await reports.read(name)] as const);
  reports.tell('last-reports', Object.fromEntries(await Promise.all(read)));
}

type TellLast = (name: 'last-reports', value: Partial<Record<EvidenceName, unknown>>) => void;
