import { REDACTED, type Redactor } from '../logging/redactor.ts';
import { leaveFile, type LeftFile } from './left-file.ts';
import { safeArguments, withoutSecrets } from './redact-text.ts';

/** Parts of a report that hold what is secret, at any depth: each thread has a report of its own. */
const LEFT_OUT = new Set(['environmentVariables']);

const MAX_DEPTH = 12;

/** Node's own report of this process, without its environment and without secrets. */
export function diagnosticReport(redactor: Redactor): Promise<LeftFile> {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const before = report.excludeNetwork ?? false;
  // Names of hosts are not looked up: with many sockets that takes long.
  report.excludeNetwork = true;
  try {
    return leaveFile('json', JSON.stringify(cleaned(report.getReport(), redactor), undefined, 1));
  } finally {
    report.excludeNetwork = before;
  }
}

/** A copy without what is secret. */
export function cleaned(value: unknown, redactor: Redactor, depth = 0): unknown {
  if (typeof value === 'string') return withoutSecrets(value, redactor);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((one) => cleaned(one, redactor, depth + 1));
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    if (LEFT_OUT.has(key)) return [key, REDACTED];
    if (key === 'commandLine' && Array.isArray(inner)) {
      return [key, safeArguments(inner.map(String), redactor)];
    }
    return [key, cleaned(inner, redactor, depth + 1)];
  });
  return Object.fromEntries(entries);
}
