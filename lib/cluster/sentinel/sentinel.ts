import { Worker } from 'node:worker_threads';

import { ownFile } from '../../common/files/own-file.ts';
import { isInspectorOpen } from '../../common/process/inspector-open.ts';
import { lastStackPath, topFrameOf } from '../../common/process/last-stack.ts';
import { processLifecycle } from '../../common/process/lifecycle.ts';
import { currentScope } from '../../context/context-scope.ts';
import type { WorkerShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { processStats } from '../../stats/process-stats.ts';
import type { ResolvedBlockedLoopOptions } from '../group.options.ts';
import { BlockedLoops, type BlockedLoopsSnapshot } from './blocked-loops.ts';
import { type LoopBlock, LoopSigns, type SentinelData } from './loop-signs.ts';

declare module '../../reports/report-types.ts' {
  interface WorkerReports {
    'blocked-loop': BlockedLoopsSnapshot;
  }
}

export interface SentinelOptions {
  /** Process id of the primary. */
  primary: number;
  /** When to take stacks; undefined: never. */
  blockedLoop: ResolvedBlockedLoopOptions | undefined;
  reports: Reports<WorkerShapes>;
  /** The group's directory, for stack files. */
  directory?: string;
  worker: number;
}

/** Longest time until the first sign: see `Heartbeat`. */
const FIRST_SIGN_WITHIN_MS = 250;

const ENTRY = ownFile('cluster/sentinel/sentinel.entry.js');

/** Room for source maps, which may be large. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 1 };

/** Handle of the sentinel thread. */
export interface Sentinel {
  /** Starts watching the loop; call `give` at each sign with the time until the next one. */
  watchLoop(onSign: (give: (nextInMs: number) => void) => void): void;
}

/**
 * Watches this thread from another one. Kills the process when its primary is gone and the event
 * loop is blocked. Takes the stack of a blocked loop, and logs and counts each block when it ends;
 * takes those of all threads on request. Takes no stack while the inspector is open: the debugger's
 * user would see the pauses.
 */
export function startSentinel(options: SentinelOptions): Sentinel {
  const { blockedLoop, reports } = options;
  const signs = new LoopSigns();
  signs.isDebugged = isInspectorOpen();
  const loops = new BlockedLoops();
  const blocked = processStats().duration(
    'buttress.event_loop.blocked',
    { help: 'Time for which the event loop was blocked, beyond the threshold' },
    { slot: String(processLifecycle().identity.slot) },
  );
  if (blockedLoop !== undefined) {
    reports.snapshot('blocked-loop', () => loops.snapshot(), { takesOver: true });
  }
  const thread = startThread(signs, options);
  thread.on('message', (block: LoopBlock) => {
    loops.add(block, Date.now());
    blocked.record(block.blockedMs);
    tell(block);
  });
  thread.on('error', (err) => {
    currentScope().log.warn(
      { context: 'loop', err },
      'the sentinel thread failed: blocked event loops are no longer detected',
    );
  });
  return {
    watchLoop(onSign) {
      signs.give(FIRST_SIGN_WITHIN_MS);
      onSign((nextInMs) => {
        signs.isDebugged = isInspectorOpen();
        signs.give(nextInMs);
      });
    },
  };
}

function startThread(
  signs: LoopSigns,
  { primary, blockedLoop, directory, worker }: SentinelOptions,
): Worker {
  const stackPath = directory === undefined ? undefined : lastStackPath(directory, worker);
  const requests = directory === undefined ? undefined : { directory, worker };
  const workerData: SentinelData = {
    signs: signs.buffer,
    primary,
    blockedLoop,
    stackPath,
    requests,
  };
  const thread = new Worker(ENTRY, {
    workerData,
    name: 'sentinel',
    execArgv: [],
    env: {},
    resourceLimits: RESOURCE_LIMITS,
  });
  thread.unref();
  return thread;
}

function tell({ blockedMs, stack, requestId }: LoopBlock): void {
  const at = topFrameOf(stack);
  const request = requestId === undefined ? {} : { requestId };
  currentScope().log.warn(
    { context: 'loop', blockedMs, at, ...request, stack },
    'event loop blocked',
  );
}
