/** Why a worker ended: an order, its start, its event loop, its memory, an error, or a signal. */
export type EndCause = (typeof END_CAUSES)[number];

export const END_CAUSES = ['planned', 'boot', 'hung', 'memory', 'crash', 'signal'] as const;

/** How a worker process ended. */
export interface WorkerExit {
  pid: number;
  cause: EndCause;
  code: number | null;
  signal: string | null;
  /** Human-readable. */
  reason: string;
  uptimeMs: number;
  /** Wall-clock time, ISO 8601. */
  at: string;
  /** Stack when it was killed for a blocked event loop, innermost function first. */
  stack?: string[];
}

/**
 * State of a worker and when it began.
 *
 * ```
 * SPAWNED -> BOOTING -> READY <-> STALLED
 *                         |         |
 *                         +----+----+-> DRAINING -> STOPPING -> EXITED
 * ```
 * Any state can end in STOPPING or EXITED; SPAWNED and BOOTING can become DRAINING too.
 */
export type WorkerState =
  | { kind: 'SPAWNED'; since: number }
  | { kind: 'BOOTING'; since: number }
  | { kind: 'READY'; since: number }
  | { kind: 'STALLED'; since: number }
  | { kind: 'DRAINING'; since: number }
  | { kind: 'STOPPING'; since: number }
  | { kind: 'EXITED'; since: number; exit: WorkerExit };

/** Events of a worker's life. */
export type WorkerEvent =
  | { kind: 'online' }
  | { kind: 'ready' }
  | { kind: 'silent' }
  | { kind: 'heard' }
  | { kind: 'drain' }
  | { kind: 'stop' }
  | { kind: 'exit'; exit: WorkerExit };

/** Returns the state after an event; the same object if the event does not apply. */
export function nextState(state: WorkerState, event: WorkerEvent, now: number): WorkerState {
  if (state.kind === 'EXITED') return state;
  switch (event.kind) {
    case 'online':
      return state.kind === 'SPAWNED' ? { kind: 'BOOTING', since: now } : state;
    case 'ready':
      return isStarting(state) ? { kind: 'READY', since: now } : state;
    case 'silent':
      return state.kind === 'READY' ? { kind: 'STALLED', since: now } : state;
    case 'heard':
      return state.kind === 'STALLED' ? { kind: 'READY', since: now } : state;
    case 'drain':
      return state.kind === 'STOPPING' || state.kind === 'DRAINING'
        ? state
        : { kind: 'DRAINING', since: now };
    case 'stop':
      return { kind: 'STOPPING', since: now };
    case 'exit':
      return { kind: 'EXITED', since: now, exit: event.exit };
  }
}

/** Whether the worker still boots. */
export function isStarting(state: WorkerState): boolean {
  return state.kind === 'SPAWNED' || state.kind === 'BOOTING';
}
