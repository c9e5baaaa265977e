import { readFileSync } from 'node:fs';

/** Where the limit can't be read, the usual soft limit. */
const FALLBACK = 1024;

/** More is never needed, and "unlimited" must stay a number. */
const CEILING = 1_000_000;

/** How many descriptors this process and its children may open. */
export function descriptorLimit(): number {
  return Math.min(CEILING, fromProc() ?? fromReport() ?? FALLBACK);
}

function fromProc(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return asLimit(/^Max open files\s+(\S+)/m.exec(limits)?.[1]);
  } catch {
    return undefined;
  }
}

function fromReport(): number | undefined {
  const report = process.report.getReport() as {
    userLimits?: Record<string, { soft?: string | number }>;
  };
  const soft = report.userLimits?.['open_files']?.soft;
  return asLimit(soft === undefined ? undefined : String(soft));
}

function asLimit(text: string | undefined): number | undefined {
  if (text === 'unlimited') return CEILING;
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? limit : undefined;
}

/** How the primary divides its descriptors. */
export interface DescriptorBudget {
  /** Accepted connections that it may hold, in all queues together. */
  held: number;
  /** Refused connections that may linger until their client has read the refusal. */
  lingering: number;
}

/** Descriptors that a Node process opens for itself, and what pipes and channels of a worker take. */
const OWN = 40;
const PER_WORKER = 6;

/** Divides `limit` so that accepting never meets the end of it (EMFILE). */
export function divideDescriptors(limit: number, workers: number): DescriptorBudget {
  const free = Math.max(8, limit - OWN - PER_WORKER * (workers + 1));
  const lingering = Math.max(2, Math.min(256, Math.floor(free / 4)));
  return { held: free - lingering, lingering };
}
