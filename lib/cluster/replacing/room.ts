import type { Clock } from '../../common/clock.ts';
import { mib } from '../../common/mib.ts';
import type { GroupMemory } from '../../common/process/available-memory.ts';
import { remembered } from '../../common/remembered.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import { groupMemory, hasRoomFor, machineMemory } from './group-memory.ts';

/** Cache time of memory readings. */
const MEMORY_FOR_MS = 500;

/** Memory that is left for more workers. */
export class Room {
  /** Memory of the group; undefined: no known limit. */
  readonly group: () => GroupMemory | undefined;
  readonly #machine: () => GroupMemory | undefined;

  constructor(clock: Clock) {
    this.group = remembered(groupMemory, MEMORY_FOR_MS, clock);
    this.#machine = remembered(machineMemory, MEMORY_FOR_MS, clock);
  }

  /**
   * Whether there is memory for `count` more workers, each the size of the smallest present one;
   * otherwise the reason why not.
   */
  for(count: number, present: readonly ManagedWorker[]): true | string {
    const weights = present.flatMap(({ usage }) => usage?.privateBytes ?? []);
    if (weights.length === 0) return true;
    const needed = count * Math.min(...weights);
    return (
      shortage(needed, this.group(), 'the container may use') ??
      shortage(needed, this.#machine(), 'the machine has') ??
      true
    );
  }
}

/** Returns why `needed` bytes do not fit; undefined if they do, or no limit is known. */
function shortage(
  needed: number,
  memory: GroupMemory | undefined,
  whose: string,
): string | undefined {
  if (memory === undefined || hasRoomFor(needed, memory)) return undefined;
  const { usedBytes, limitBytes } = memory;
  return (
    `${mib(needed)} more are needed, but ${mib(usedBytes)} of the ${mib(limitBytes)} that ` +
    `${whose} are in use: raise the limit, or lower workers`
  );
}
