import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { monotonicClock } from '../clock.ts';
import { OWNER_ONLY } from '../files/owner-only.ts';
import { privateDirectory } from '../files/private-directory.ts';
import { temporaryDirectories } from '../files/temporary-directory.ts';

/** A port, or the path of a unix socket. */
export type HeldAddress = number | string;

/** A process that is ending and may hold addresses until then. */
export interface Leaving {
  pid: number;
  holds: HeldAddress[];
  /** Latest end, on the machine's monotonic clock, in milliseconds. */
  endsAt: number;
}

const FILE = 'leaving.json';

export interface TellLeavingOptions {
  holds: readonly HeldAddress[];
  /** Time until the end of this process. */
  withinMs: number;
  /** A directory private to this user. @default this process's own */
  directory?: string | undefined;
}

/** Announces to the successor of this process which addresses it holds, and until when. */
export function tellLeaving({ holds, withinMs, directory }: TellLeavingOptions): void {
  const leaving = { pid: process.pid, holds, endsAt: monotonicClock.now() + withinMs };
  try {
    const file = join(directory ?? privateDirectory(), FILE);
    writeFileSync(file, JSON.stringify(leaving), { mode: OWNER_ONLY });
  } catch {
    // The disk is full or the directory is gone: the successor retries for a moment anyway.
  }
}

/** Finds an ending process of this user that holds the address. */
export function whoLeaves(address: HeldAddress): Leaving | undefined {
  const now = monotonicClock.now();
  return temporaryDirectories()
    .flatMap((directory) => read(join(directory, FILE)) ?? [])
    .find(({ pid, holds, endsAt }) => holds.includes(address) && endsAt > now && isThere(pid));
}

function read(file: string): Leaving | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Leaving | null;
    const isLeaving = Array.isArray(value?.holds) && Number.isFinite(value.endsAt);
    return isLeaving && Number.isInteger(value.pid) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
