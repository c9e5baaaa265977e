import { readFile } from 'node:fs/promises';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

import type { Redactor } from '../common/redaction/redactor.ts';
import { safeArguments } from '../common/redaction/safe-arguments.ts';
import { leaveFile, type LeftFile } from './left-file.ts';
import type { SocketsReport } from './sockets-report.ts';

/**
 * Reports on this process without stopping it; Node's own report waits for every thread, which
 * native code can delay. Omits environment and secrets.
 */
export async function diagnosticReport(
  redactor: Redactor,
  readSockets: () => Promise<SocketsReport>,
): Promise<LeftFile> {
  const report = {
    header: header(redactor),
    javascriptHeap: { ...getHeapStatistics(), spaces: getHeapSpaceStatistics() },
    resourceUsage: process.resourceUsage(),
    memoryUsage: process.memoryUsage(),
    activeResources: countOf(process.getActiveResourcesInfo()),
    sockets: await readSockets(),
    limits: await textOf('/proc/self/limits'),
    status: await textOf('/proc/self/status'),
    sharedObjects: sharedObjectsIn(await textOf('/proc/self/maps')),
    environmentVariables: '[redacted]',
  };
  return leaveFile('json', JSON.stringify(redactor.value(report), undefined, 1));
}

function header(redactor: Redactor): object {
  const { pid, ppid, versions, release: own, execPath, argv, execArgv } = process;
  return {
    at: new Date().toISOString(),
    pid,
    ppid,
    uptimeSeconds: process.uptime(),
    commandLine: safeArguments([execPath, ...execArgv, ...argv.slice(1)], redactor),
    componentVersions: versions,
    release: own,
    system: { type: type(), release: release(), arch: arch(), memoryBytes: totalmem() },
    cpus: cpus().length,
    loadAverage: loadavg(),
  };
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Exists only on Linux.
    return '';
  }
}

function sharedObjectsIn(maps: string): string[] {
  const paths = maps
    .split('\n')
    .flatMap((line) => /\s(\/\S+\.(?:so|node)\S*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)];
}
