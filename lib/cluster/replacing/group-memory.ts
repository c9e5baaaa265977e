import { type GroupMemory, limitedGroups } from '../../common/process/available-memory.ts';
import { type ReadFile, readSystemFile } from '../../common/process/control-group.ts';

/** Share of the limit above which the kernel may kill a process. */
const SHORT = 0.95;

/**
 * Memory limit and use of all processes of a group together (like the working set in Kubernetes):
 * those of the control group with the least room. Undefined when none has a limit.
 */
export function groupMemory(read?: ReadFile): GroupMemory | undefined {
  const groups = limitedGroups(read);
  return groups.toSorted((a, b) => bytesLeft(a) - bytesLeft(b))[0];
}

/** Memory of the machine, without what the kernel can reclaim. Undefined where it can't be read. */
export function machineMemory(read: ReadFile = readSystemFile): GroupMemory | undefined {
  const text = read('/proc/meminfo') ?? '';
  const bytesOf = (name: string): number => {
    const kilobytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return Number(kilobytes ?? NaN) * 1_024;
  };
  const limitBytes = bytesOf('MemTotal');
  const usedBytes = limitBytes - bytesOf('MemAvailable');
  return Number.isNaN(usedBytes) ? undefined : { limitBytes, usedBytes };
}

/** Whether `bytes` more fit before the kernel may kill a process. */
export function hasRoomFor(bytes: number, memory: GroupMemory): boolean {
  return bytes <= bytesLeft(memory);
}

/** What is left before the kernel may kill a process; negative when it may. */
export function bytesLeft({ usedBytes, limitBytes }: GroupMemory): number {
  return SHORT * limitBytes - usedBytes;
}
