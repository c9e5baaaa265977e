import { mib } from '../../common/mib.ts';
import type { Evidence, NextStep, Problem } from './problem.ts';

/** Time to the limit from which growth is worth telling. */
const SOON_MINUTES = 60;

const STEPS: NextStep[] = [
  { label: 'Heap growth by class', href: '/operations' },
  { label: 'Memory over time', href: '/resources' },
  { label: 'Busiest routes', href: '/routes' },
];

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
