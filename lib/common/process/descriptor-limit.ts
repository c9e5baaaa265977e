import { readFileSync } from 'node:fs';

/** Usual soft limit, for systems where it cannot be read. */
const FALLBACK = 1024;

/** Upper bound: more is never needed, and "unlimited" must be a number. */
const CEILING = 1_000_000;

/** Number of descriptors that this process may open. */
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
