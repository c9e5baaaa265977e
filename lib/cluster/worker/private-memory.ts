import { readFileSync } from 'node:fs';

const KIB = 1_024;

/**
 * Memory that this process alone uses, in bytes: what ends with it. The resident set counts pages of
 * files besides, of which all processes of a group share one copy. Where the system does not tell
 * them apart (only Linux does), the resident set.
 */
export function privateBytes(): number {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    const [own, swapped] = ['RssAnon', 'VmSwap'].map((name) => kibibytesIn(status, name));
    if (own !== undefined) return (own + (swapped ?? 0)) * KIB;
  } catch {
    // No /proc.
  }
  return process.memoryUsage.rss();
}

function kibibytesIn(status: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return found === undefined ? undefined : Number(found);
}
