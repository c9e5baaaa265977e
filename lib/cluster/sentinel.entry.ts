import { rmSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { BlockWatch } from './block-watch.ts';
import { type LoopBlock, LoopSigns, type SentinelData, signTime } from './loop-signs.ts';
import { takeMainStack } from './main-stack.ts';
import { SourceLocations } from './source-locations.ts';

/** A block that lasts longer may end with the process: its stack is left where it outlives that. */
const LONG_MS = 1_000;

/** The thread beside an event loop: takes its stack when it is blocked. */
const { signs: buffer, blockedLoop, stackPath } = workerData as SentinelData;
const signs = new LoopSigns(buffer);
const watch = new BlockWatch(blockedLoop);
const locations = new SourceLocations();
/** The log tells the first stack of a block; the last one is for whoever ends the process. */
let first: LoopBlock | undefined;

for (;;) {
  const now = signTime();
  const news = watch.look(signs.read(now), now);
  if (news?.kind === 'take') {
    // oxlint-disable-next-line no-await-in-loop -- nothing is to be seen before it is taken
    const block = await take(news.blockedMs);
    first ??= block;
  }
  if (news?.kind === 'over') tell(news.blockedMs);
  signs.sleep(watch.pauseMs(signTime()));
}

async function take(blockedMs: number): Promise<LoopBlock> {
  const from = signTime();
  const raw = await takeMainStack();
  // Without a stack the loop was not stopped.
  if (raw !== undefined) watch.took(signTime() - from, signTime());
  const stack = raw?.frames.map((frame) => locations.describe(frame)) ?? [];
  if (stackPath !== undefined && blockedMs >= LONG_MS) {
    writeFileSync(stackPath, stack.join('\n'), { mode: 0o600 });
  }
  return { blockedMs, stack, requestId: raw?.requestId };
}

function tell(blockedMs: number): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  if (first !== undefined) parentPort?.postMessage({ ...first, blockedMs });
  first = undefined;
  if (stackPath !== undefined) rmSync(stackPath, { force: true });
}
