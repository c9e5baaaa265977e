import { rmSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { collectAll } from '../../common/process/collect-garbage.ts';
import { BlockWatch } from './block-watch.ts';
import { type LoopBlock, LoopSigns, type SentinelData, signTime } from './loop-signs.ts';
import { takeMainStack } from './main-stack.ts';
import { OrphanWatch } from './orphan-watch.ts';
import { SourceLocations } from './source-locations.ts';
import { StackRequests } from './stack-requests.ts';
import { takeStacksNow } from './stacks-now.ts';

/** Blocks this long may end with the process's death: leave their stack in a file. */
const LONG_MS = 1_000;

/** Collections after which code that started the thread is dropped. */
const ROUNDS = 8;

/** Time after the first sign in which other workers boot and need the CPU. */
const COLLECT_AFTER_MS = 4_000;

/** Longest interval of the check whether the primary is alive. */
const LOOK_EVERY_MS = 1_000;

/**
 * Sentinel thread: takes the main thread's stack when its loop is blocked, and those of all threads
 * when the pages ask for them; kills the process when the primary is gone and the blocked loop can't exit.
 */
const { signs: buffer, primary, blockedLoop, stackPath, requests } = workerData as SentinelData;
const signs = new LoopSigns(buffer);
const orphan = new OrphanWatch(primary);
const watch = blockedLoop && new BlockWatch(blockedLoop);
const locations = new SourceLocations();
const asked = requests && new StackRequests(requests);
/** First stack of a block, for the log; the last one is in the file. */
let first: LoopBlock | undefined;

/** When to collect the garbage of the start; undefined: before the first sign. */
let collectAt: number | undefined;

for (;;) {
  if (orphan.look(process.ppid, signTime())) process.kill(process.pid, 'SIGKILL');
  // oxlint-disable-next-line no-await-in-loop -- one sample after another
  if (watch !== undefined && signs.areGiven && !signs.isDebugged) await lookAtLoop(watch);
  // oxlint-disable-next-line no-await-in-loop -- one sample after another
  if (asked !== undefined) await answer(asked);
  if (signs.areGiven) collectAt ??= signTime() + COLLECT_AFTER_MS;
  if (collectAt !== undefined && signTime() >= collectAt) {
    collectAt = Infinity;
    collectAll(ROUNDS);
  }
  const pauseMs = signs.areGiven ? watch?.pauseMs(signTime()) : undefined;
  signs.sleep(Math.min(pauseMs ?? LOOK_EVERY_MS, LOOK_EVERY_MS));
}

/** Answers a request for stacks, if there is one. */
async function answer(requested: StackRequests): Promise<void> {
  const id = requested.next(Date.now());
  if (id === undefined) return;
  requested.answer(id, await takeStacksNow(signs, locations));
  collectAll();
}

async function lookAtLoop(watched: BlockWatch): Promise<void> {
  const now = signTime();
  const news = watched.look(signs.read(now), now);
  if (news?.kind === 'take') {
    const block = await take(watched, news.blockedMs);
    first ??= block;
  }
  if (news?.kind !== 'over') return;
  tell(news.blockedMs);
  collectAll();
}

async function take(watched: BlockWatch, blockedMs: number): Promise<LoopBlock> {
  const from = signTime();
  const raw = await takeMainStack();
  // Without a stack the loop was not paused.
  if (raw !== undefined) watched.took(signTime() - from, signTime());
  const stack = raw?.frames.map((frame) => locations.describe(frame)) ?? [];
  if (blockedMs >= LONG_MS) leave(stack);
  return { blockedMs, stack, requestId: raw?.requestId };
}

/** Leaves the stack for the primary, in case the process is killed. */
function leave(stack: readonly string[]): void {
  if (stackPath === undefined) return;
  try {
    writeFileSync(stackPath, stack.join('\n'), { mode: 0o600 });
  } catch {
    // Directory removed, or disk full.
  }
}

function tell(blockedMs: number): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  if (first !== undefined) parentPort?.postMessage({ ...first, blockedMs });
  first = undefined;
  if (stackPath !== undefined) rmSync(stackPath, { force: true });
}
