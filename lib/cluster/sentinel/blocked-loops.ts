import { topFrameOf } from '../../common/process/last-stack.ts';
import { Ring } from '../../stats/ring.ts';
import type { LoopBlock } from './loop-signs.ts';

/** Blocks with the same innermost frame outside Node. */
export interface BlockedFrame {
  /** Innermost frame that is not Node's own. */
  frame: string;
  count: number;
  totalMs: number;
  longestMs: number;
  /** Unix time of the latest block, in milliseconds. */
  lastAt: number;
  requestId: string | null;
  /** Stack of the latest block. */
  stack: string[];
}

/** One block of the event loop. */
export interface LatestBlock {
  /** Unix time of its end, in milliseconds. */
  at: number;
  blockedMs: number;
  /** Innermost frame that is not Node's own. */
  frame: string;
  requestId: string | null;
}

/** Blocked loops of one worker, as in `/api/v1/blocked-loop`. */
export interface BlockedLoopsSnapshot {
  blocks: number;
  longestMs: number;
  /** Sorted by `totalMs`, largest first. */
  frames: BlockedFrame[];
  /** The last blocks, oldest first. */
  latest: LatestBlock[];
}

/** Most frames kept; the least recently seen one is dropped. */
const MAX_FRAMES = 100;

/** Most blocks kept one by one. */
const MAX_LATEST = 50;

/** Counts blocks by the frame that caused them. */
export class BlockedLoops {
  readonly #frames = new Map<string, BlockedFrame>();
  readonly #latest = new Ring<LatestBlock>(MAX_LATEST);
  #blocks = 0;
  #longestMs = 0;

  add({ stack, blockedMs, ...block }: LoopBlock, now: number): void {
    const requestId = block.requestId ?? null;
    this.#blocks++;
    this.#longestMs = Math.max(this.#longestMs, blockedMs);
    const frame = topFrameOf(stack);
    this.#latest.push({ at: now, blockedMs, frame, requestId });
    const known = this.#frames.get(frame);
    this.#frames.delete(frame);
    this.#frames.set(frame, {
      frame,
      count: (known?.count ?? 0) + 1,
      totalMs: (known?.totalMs ?? 0) + blockedMs,
      longestMs: Math.max(known?.longestMs ?? 0, blockedMs),
      lastAt: now,
      requestId,
      stack,
    });
    const [oldest] = this.#frames.keys();
    if (this.#frames.size > MAX_FRAMES && oldest !== undefined) this.#frames.delete(oldest);
  }

  snapshot(): BlockedLoopsSnapshot {
    const frames = [...this.#frames.values()].toSorted((a, b) => b.totalMs - a.totalMs);
    const latest = this.#latest.toArray();
    return { blocks: this.#blocks, longestMs: this.#longestMs, frames, latest };
  }
}
