import { hostname } from 'node:os';

/** Where and since when a process runs. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** `NODE_ENV`; null: it is not set. */
  environment: string | null;
  /** ISO 8601. */
  startedAt: string;
}

const STARTED_AT = new Date(Date.now() - process.uptime() * 1_000).toISOString();

/** Identity of this process. */
export function processIdentity(): ProcessIdentity {
  const environment = process.env['NODE_ENV'] ?? null;
  return { pid: process.pid, host: hostname(), environment, startedAt: STARTED_AT };
}
