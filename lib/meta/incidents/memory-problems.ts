import { mib } from '../../common/mib.ts';
import type { Evidence, NextStep, Problem } from './problem.ts';

/** Time to the limit from which growth is worth telling. */
const SOON_MINUTES = 60;

const STEPS: NextStep[] = [
  { label: 'Heap growth by class', href: '/operations' },
  { label: 'Memory over time', href: '/resources' },
  { label: 'Busiest routes', href: '/routes' },
];

/** Age from which a replacement for memory is history. */
const RECENT_MS = 10 * 60_000;

/**
 * Workers that were replaced lately because of their memory, or could not be, one problem for each
 * slot. A worker that ended without a successor leaves an empty slot, which has its own problem.
 */
export function memoryEndProblems({ replacements }: Evidence, now: number): Problem[] {
  return replacements.flatMap(({ kind, slot, value, limit, at, outcome, failure }): Problem[] => {
    const endedAt = Date.parse(at);
    const isKnown = value !== null && limit !== null;
    if (!MEMORY_KINDS.has(kind) || !isKnown || now - endedAt > RECENT_MS) return [];
    if (outcome !== 'replaced' && outcome !== 'kept') return [];
    const what = outcome === 'kept' ? 'could not be replaced' : 'was replaced';
    return [
      {
        key: `memory end ${slot}`,
        kind: 'hint',
        severity: 'fair',
        text: `The worker in slot ${slot} ${what}: it held ${mib(value)}, over its limit of ${mib(limit)}`,
        href: '/resources',
        next: STEPS,
        at: endedAt,
        ...(outcome === 'kept' && failure !== null ? { cause: failure } : {}),
      },
    ];
  });
}

const MEMORY_KINDS: ReadonlySet<string> = new Set(['memory', 'hard-memory']);

/** Workers whose memory grows steadily towards the limit. */
export function growthProblems({ growth, workers, memoryLimitBytes }: Evidence): Problem[] {
  return growth.flatMap(({ slot, bytesPerMinute, bytes }): Problem[] => {
    const worker = workers.find((row) => row.part === 'current' && row.slot === slot);
    const used = worker?.privateBytes ?? bytes;
    const leftMinutes =
      memoryLimitBytes === null ? Infinity : (memoryLimitBytes - used) / bytesPerMinute;
    if (worker?.id == null || (memoryLimitBytes !== null && leftMinutes > SOON_MINUTES)) return [];
    const rate = `${mib(bytesPerMinute)} a minute`;
    return [
      {
        key: `growth ${slot}`,
        kind: 'hint',
        severity: 'fair',
        text: `The memory of worker ${worker.id} grows by ${rate}, to ${mib(used)} now`,
        href: '/resources',
        workers: [worker.id],
        next: STEPS,
        ...(memoryLimitBytes === null ? {} : { impact: endText(memoryLimitBytes, leftMinutes) }),
      },
    ];
  });
}

function endText(limitBytes: number, leftMinutes: number): string {
  const limit = `its limit of ${mib(limitBytes)}`;
  if (leftMinutes <= 0) return `It is over ${limit}, and is about to be replaced.`;
  const minutes = Math.max(1, Math.round(leftMinutes));
  return `It reaches ${limit} in ${minutes} min, and is replaced then.`;
}
