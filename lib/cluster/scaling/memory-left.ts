import { type ReadFile, readSystemFile } from '../../common/process/control-group.ts';
import { bytesLeft, groupMemory, machineMemory } from '../replacing/group-memory.ts';

/** Memory that more workers can use. */
export interface MemoryLeft {
  /** How many more workers fit; Infinity: no limit is known. */
  room: number;
  /** Whether the container is so short that the kernel may kill a process. */
  isShort: boolean;
}

/**
 * How many more workers fit, both into the container's limit and into what the machine has
 * available.
 *
 * @param sizes of the workers that run: another one gets as large as their mean
 */
export function memoryLeft(sizes: readonly number[], read: ReadFile = readSystemFile): MemoryLeft {
  const container = groupMemory(read);
  const isShort = container !== undefined && bytesLeft(container) < 0;
  const bytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const limits = [container, machineMemory(read)].flatMap((one) => one ?? []);
  const left = Math.min(...limits.map(bytesLeft));
  // Nothing is measured before the first worker is READY, and none is added then.
  const room = bytes > 0 ? Math.max(0, Math.floor(left / bytes)) : Infinity;
  return { room, isShort };
}
