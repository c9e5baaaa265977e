import { readdirSync, readFileSync } from 'node:fs';

/** Ticks per second in which Linux counts the time of processes. */
const TICKS_PER_SECOND = 100;

/** The fields of `/proc/PID/stat` after the name, which may itself hold spaces. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Whether the process is there and more than an entry that nobody has collected. */
export function isAlive(pid: number): boolean {
  try {
    return !['Z', 'X'].includes(statOf(pid)[0] ?? 'X');
  } catch {
    return false;
  }
}

/** How many descriptors the process has open. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** CPU time that the process has used, in milliseconds. */
export function cpuTimeMs(pid: number): number {
  const [user = 0, system = 0] = statOf(pid).slice(11, 13).map(Number);
  return ((user + system) * 1_000) / TICKS_PER_SECOND;
}

/** Resident memory of the process, in bytes; 0 where it is gone. */
export function residentBytes(pid: number): number {
  try {
    const [, kib = '0'] =
      /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1_024;
  } catch {
    return 0;
  }
}
