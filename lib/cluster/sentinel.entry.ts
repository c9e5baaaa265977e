import { rmSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { type BlockNews, BlockWatch } from './block-watch.ts';
import { takeMainStack } from './main-stack.ts';
import {
  BEAT_EVERY_MS,
  beatTime,
  type LoopBlock,
  restoreTime,
  type SentinelData,
} from './sentinel-messages.ts';
import { SourceLocations } from './source-locations.ts';

/** A block that lasts longer may end with the process: its stack is left where it outlives that. */
const LONG_MS = 1_000;

/** The thread beside an event loop: takes its stack when it is blocked. */
const { beats, blockedLoop, stackPath } = workerData as SentinelData;
const beat = new Int32Array(beats);
const watch = new BlockWatch({ beatEveryMs: BEAT_EVERY_MS, ...blockedLoop });
const locations = new SourceLocations();
let taken: Promise<LoopBlock> | undefined;

setInterval(() => {
  const now = beatTime();
  const news = watch.look(restoreTime(Atomics.load(beat, 0), now), now);
  if (news !== undefined) void hear(news);
}, BEAT_EVERY_MS);

async function hear({ kind, blockedMs }: BlockNews): Promise<void> {
  if (kind === 'take') {
    const taking = take(blockedMs);
    // The log tells the first stack of a block; the last one is for whoever ends the process.
    taken ??= taking;
    return;
  }
  const block = taken;
  taken = undefined;
  if (block === undefined) return;
  const told: LoopBlock = { ...(await block), blockedMs };
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(told);
  if (stackPath !== undefined) rmSync(stackPath, { force: true });
}

async function take(blockedMs: number): Promise<LoopBlock> {
  const raw = await takeMainStack();
  const stack = raw?.frames.map((frame) => locations.describe(frame)) ?? [];
  if (stackPath !== undefined && blockedMs >= LONG_MS) {
    writeFileSync(stackPath, stack.join('\n'), { mode: 0o600 });
  }
  return { blockedMs, stack, requestId: raw?.requestId };
}
