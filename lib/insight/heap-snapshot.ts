import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';

import { processLifecycle } from '../common/lifecycle.ts';
import { privateDirectory } from '../common/private-directory.ts';
import { newFileName } from './left-file.ts';

/** What a snapshot of this process would take. */
export interface SnapshotCosts {
  heapBytes: number;
  /** Memory that it needs besides, about. */
  neededBytes: number;
  availableBytes: number;
  /** How long the process does nothing else, about, in milliseconds. */
  blockedMs: number;
}

/**
 * Measured with a million small objects, a heap of 199 MB: the process grew to fifteen times that
 * and did nothing else for 13 s.
 */
const NEEDED_PER_BYTE = 15;
const MS_PER_BYTE = 13_000 / 199e6;

const OWNER_ONLY = 0o600;

export function snapshotCosts(): SnapshotCosts {
  const { used_heap_size: heapBytes } = getHeapStatistics();
  return {
    heapBytes,
    neededBytes: heapBytes * NEEDED_PER_BYTE,
    availableBytes: process.availableMemory(),
    blockedMs: Math.round(heapBytes * MS_PER_BYTE),
  };
}

/** @throws Error when there is too little memory for it */
export function refuseCostly({ neededBytes, availableBytes }: SnapshotCosts): void {
  if (neededBytes <= availableBytes) return;
  const [needed, available] = [neededBytes, availableBytes].map((bytes) =>
    Math.round(bytes / 2 ** 20),
  );
  throw new Error(`A snapshot may need ${needed} MiB, and ${available} MiB are available`);
}

/** Snapshots that are to be written, by the names of their files; each can be given up. */
const pending = new Map<string, () => void>();

/**
 * Writes a snapshot when this process has been drained and before it ends; in a process that is
 * alone, now. The file has its name only when it is whole.
 *
 * @throws Error when there is too little memory for it
 */
export function snapshotWhenDrained(): { file: string; costs: SnapshotCosts } {
  const costs = snapshotCosts();
  refuseCostly(costs);
  const file = newFileName('heapsnapshot');
  const write = (): void => {
    pending.delete(file);
    writeSnapshot(file);
  };
  pending.set(file, whenDrained(write));
  return { file, costs };
}

/** Nobody waits for a snapshot any more: it is not written, unless that has begun. */
export function giveUpSnapshot(file: unknown): { wasPending: boolean } {
  if (typeof file !== 'string') return { wasPending: false };
  pending.get(file)?.();
  return { wasPending: pending.delete(file) };
}

/** The returned function takes it back. */
function whenDrained(task: () => void): () => void {
  const lifecycle = processLifecycle();
  if (lifecycle.identity.mode === 'group') return lifecycle.onFarewell(task);
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
}

/** Never throws: the disk may be full, and the application is still to be closed. */
function writeSnapshot(file: string): void {
  const path = join(privateDirectory(), file);
  const part = `${path}.part`;
  try {
    writeHeapSnapshot(part);
    chmodSync(part, OWNER_ONLY);
    renameSync(part, path);
  } catch (error) {
    console.error(error);
    rmSync(part, { force: true });
  }
}
