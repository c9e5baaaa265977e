import { readdirSync } from 'node:fs';

/** Threads of this process, as the operating system counts them. Linux. */
export function osThreads(): number {
  return readdirSync('/proc/self/task').length;
}
