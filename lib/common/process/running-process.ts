import { hostname } from 'node:os';

/** A process, where and since when it runs. */
export interface RunningProcess {
  pid: number;
  host: string;
  /** `NODE_ENV`; null: it is not set. */
  environment: string | null;
  /** ISO 8601. */
  startedAt: string;
}

const STARTED_AT = new Date(Date.now() - process.uptime() * 1_000).toISOString();

/** Where and since when this process runs. */
export function runningProcess(): RunningProcess {
  const environment = process.env['NODE_ENV'] ?? null;
  return { pid: process.pid, host: hostname(), environment, startedAt: STARTED_AT };
}
