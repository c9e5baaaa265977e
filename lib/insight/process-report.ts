import { readFileSync } from 'node:fs';
import { hostname, loadavg, release, totalmem, type } from 'node:os';

import { memoryLimit } from '../common/process/available-memory.ts';
import { availableProcessors } from '../common/process/available-processors.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import type { Redactor } from '../common/redaction/redactor.ts';
import { safeArguments } from '../common/redaction/safe-arguments.ts';

/** Resource limit of this process; null: unlimited. */
export interface LimitRow {
  name: string;
  soft: number | null;
  hard: number | null;
  unit: string;
}

/** Identity, command line, limits and machine of this process. */
export function processReport(redactor: Redactor, service: { name: string; version: string }) {
  const { identity, phase } = processLifecycle();
  return {
    service,
    pid: process.pid,
    parentPid: process.ppid,
    worker: identity.worker,
    slot: identity.slot,
    phase,
    startedAt: new Date(performance.timeOrigin).toISOString(),
    uptimeMs: Math.round(process.uptime() * 1_000),
    title: process.title,
    executable: process.execPath,
    arguments: safeArguments(process.argv.slice(1), redactor),
    nodeOptions: safeArguments(process.execArgv, redactor),
    directory: process.cwd(),
    user: process.getuid?.() ?? null,
    group: process.getgid?.() ?? null,
    limits: readLimits(),
    machine: {
      hostname: hostname(),
      system: `${type()} ${release()}`,
      architecture: process.arch,
      parallelism: availableProcessors(),
      memoryBytes: totalmem(),
      memoryLimitBytes: memoryLimitOrNull(),
      loadAverages: loadavg(),
    },
  };
}

export type ProcessReport = ReturnType<typeof processReport>;

/** Memory limit of the control group; null: none. */
export function memoryLimitOrNull(): number | null {
  const limit = memoryLimit();
  return limit === Infinity ? null : limit;
}

const LIMIT_LINE = /^(Max .+?) {2,}(\S+) +(\S+) *(\S*)/;

/** Reads the limits from /proc; empty where there is none. */
function readLimits(): LimitRow[] {
  try {
    return readFileSync('/proc/self/limits', 'utf8').split('\n').flatMap(limitOf);
  } catch {
    return [];
  }
}

function limitOf(line: string): LimitRow[] {
  const [, name, soft, hard, unit] = LIMIT_LINE.exec(line) ?? [];
  if (name === undefined || soft === undefined || hard === undefined) return [];
  return [{ name: name.slice(4), soft: numberOf(soft), hard: numberOf(hard), unit: unit ?? '' }];
}

function numberOf(text: string): number | null {
  return text === 'unlimited' ? null : Number(text);
}
