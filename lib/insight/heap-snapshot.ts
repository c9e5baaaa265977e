import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';

import { closeToOthers } from '../common/files/owner-only.ts';
import { privateDirectory } from '../common/files/private-directory.ts';
import { outsideTimeout } from '../common/outside.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { printError } from '../common/redaction/print-error.ts';
import { newFileName } from './left-file.ts';

/** Estimated costs of a heap snapshot of this process. */
export interface SnapshotCosts {
  heapBytes: number;
  /** Additional memory needed. */
  neededBytes: number;
  availableBytes: number;
  /** Time for which the event loop is blocked. */
  blockedMs: number;
}

/**
 * Measured with a million small objects, a heap of 199 MB: the process grew to fifteen times that
 * and its event loop was blocked for 13 s.
 */
const NEEDED_PER_BYTE = 15;
const MS_PER_BYTE = 13_000 / 199e6;

export function snapshotCosts(): SnapshotCosts {
  const { used_heap_size: heapBytes } = getHeapStatistics();
  return {
    heapBytes,
    neededBytes: heapBytes * NEEDED_PER_BYTE,
    availableBytes: process.availableMemory(),
    blockedMs: Math.round(heapBytes * MS_PER_BYTE),
  };
}

/** @throws Error when the available memory does not suffice */
export function refuseCostly({ neededBytes, availableBytes }: SnapshotCosts): void {
  if (neededBytes <= availableBytes) return;
  const [needed, available] = [neededBytes, availableBytes].map((bytes) =>
    Math.round(bytes / 2 ** 20),
  );
  throw new Error(`A snapshot may need ${needed} MiB, and ${available} MiB are available`);
}

/** Time after which nobody waits for a snapshot any more, in milliseconds. */
const GIVEN_UP_AFTER_MS = 180_000;

/** Cancels the pending snapshot; there is one at most. */
let cancelPending: (() => void) | undefined;

/**
 * Writes a snapshot after this process has drained and before it ends; without a group, at once.
 * The file gets its final name only when it is complete. A snapshot that could not be begun within
 * three minutes is given up: its memory check no longer holds.
 *
 * @throws Error when the available memory does not suffice, or no directory is usable
 */
export function snapshotWhenDrained(): { file: string; costs: SnapshotCosts } {
  const costs = snapshotCosts();
  refuseCostly(costs);
  const file = newFileName('heapsnapshot');
  const path = join(privateDirectory(), file);
  giveUpSnapshot();
  const cancelTask = whenDrained(() => {
    giveUpSnapshot();
    writeSnapshot(path);
  });
  const cancelTimer = outsideTimeout(giveUpSnapshot, GIVEN_UP_AFTER_MS);
  cancelPending = () => {
    cancelTask();
    cancelTimer();
  };
  return { file, costs };
}

/** Cancels a pending snapshot, unless writing has begun. */
export function giveUpSnapshot(): { wasPending: boolean } {
  const cancel = cancelPending;
  cancelPending = undefined;
  cancel?.();
  return { wasPending: cancel !== undefined };
}

/** Runs `task` after the drain; the returned function cancels that. */
function whenDrained(task: () => void): () => void {
  const lifecycle = processLifecycle();
  if (lifecycle.identity.mode === 'group') return lifecycle.onFarewell(task);
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
}

/** Frees the disk, which may be full for want of the room it takes. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Swept later, with other stray files.
  }
}

/** Never throws: even with a full disk the application must still be closed. */
function writeSnapshot(path: string): void {
  const part = `${path}.part`;
  try {
    writeHeapSnapshot(part);
    closeToOthers(part);
    renameSync(part, path);
  } catch (error) {
    printError(error);
    discard(part);
  }
}
