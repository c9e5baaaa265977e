import { rmSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { BlockWatch } from './block-watch.ts';
import { type LoopBlock, LoopSigns, type SentinelData, signTime } from './loop-signs.ts';
import { takeMainStack } from './main-stack.ts';
import { OrphanWatch } from './orphan-watch.ts';
import { SourceLocations } from './source-locations.ts';

/** A block that lasts longer may end with the process: its stack is left where it outlives that. */
const LONG_MS = 1_000;

/** How often it is looked at least whether the primary lives, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * The thread beside an event loop: takes its stack when it is blocked, and ends the process when
 * its primary is gone and its loop does not.
 */
const { signs: buffer, primary, blockedLoop, stackPath } = workerData as SentinelData;
const signs = new LoopSigns(buffer);
const orphan = new OrphanWatch(primary);
const watch = blockedLoop && new BlockWatch(blockedLoop);
const locations = new SourceLocations();
/** The first stack of a block goes to the log; the last one is left in a file. */
let first: LoopBlock | undefined;

for (;;) {
  if (orphan.look(process.ppid, signTime())) process.kill(process.pid, 'SIGKILL');
  // oxlint-disable-next-line no-await-in-loop -- nothing is to be seen before it is taken
  if (watch !== undefined && signs.areGiven && !signs.isDebugged) await lookAtLoop(watch);
  const pauseMs = signs.areGiven ? watch?.pauseMs(signTime()) : undefined;
  signs.sleep(Math.min(pauseMs ?? LOOK_EVERY_MS, LOOK_EVERY_MS));
}

async function lookAtLoop(watched: BlockWatch): Promise<void> {
  const now = signTime();
  const news = watched.look(signs.read(now), now);
  if (news?.kind === 'take') {
    const block = await take(watched, news.blockedMs);
    first ??= block;
  }
  if (news?.kind === 'over') tell(news.blockedMs);
}

async function take(watched: BlockWatch, blockedMs: number): Promise<LoopBlock> {
  const from = signTime();
  const raw = await takeMainStack();
  // Without a stack the loop was not stopped.
  if (raw !== undefined) watched.took(signTime() - from, signTime());
  const stack = raw?.frames.map((frame) => locations.describe(frame)) ?? [];
  if (blockedMs >= LONG_MS) leave(stack);
  return { blockedMs, stack, requestId: raw?.requestId };
}

/** Without it the end of the process has no stack, but the log has. */
function leave(stack: readonly string[]): void {
  if (stackPath === undefined) return;
  try {
    writeFileSync(stackPath, stack.join('\n'), { mode: 0o600 });
  } catch {
    // The directory was removed, or the disk is full.
  }
}

function tell(blockedMs: number): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  if (first !== undefined) parentPort?.postMessage({ ...first, blockedMs });
  first = undefined;
  if (stackPath !== undefined) rmSync(stackPath, { force: true });
}
