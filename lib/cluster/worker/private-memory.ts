import { readFileSync } from 'node:fs';

const KIB = 1_024;

/**
 * Private memory of this process, anonymous pages and swap: what its end frees. RSS also counts
 * file pages, of which all processes of a group share one copy. Falls back to RSS where the
 * system does not separate them: only Linux does.
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
