import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  nextState,
  type WorkerEvent,
  type WorkerState,
} from '../../../../lib/cluster/supervision/worker-state.ts';

const exit = {
  pid: 1,
  code: 0,
  signal: null,
  cause: 'signal' as const,
  reason: 'exit code 0',
  uptimeMs: 1,
  at: '',
};

const events: WorkerEvent[] = [
  { kind: 'online' },
  { kind: 'ready' },
  { kind: 'silent' },
  { kind: 'heard' },
  { kind: 'drain' },
  { kind: 'stop' },
  { kind: 'exit', exit },
];

/** What each state can become. */
const FOLLOWERS: Record<WorkerState['kind'], WorkerState['kind'][]> = {
  SPAWNED: ['BOOTING', 'READY', 'DRAINING', 'STOPPING', 'EXITED'],
  BOOTING: ['READY', 'DRAINING', 'STOPPING', 'EXITED'],
  READY: ['STALLED', 'DRAINING', 'STOPPING', 'EXITED'],
  STALLED: ['READY', 'DRAINING', 'STOPPING', 'EXITED'],
  DRAINING: ['STOPPING', 'EXITED'],
  STOPPING: ['EXITED'],
  EXITED: [],
};

describe('the states of a worker', () => {
  it('follow each other as drawn, and never leave EXITED', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (sequence) => {
        let state: WorkerState = { kind: 'SPAWNED', since: 0 };
        for (const event of sequence) {
          const next = nextState(state, event, 1);
          if (next.kind !== state.kind) expect(FOLLOWERS[state.kind]).toContain(next.kind);
          state = next;
        }
      }),
    );
  });

  it('keep the object when an event means nothing', () => {
    const ready: WorkerState = { kind: 'READY', since: 5 };
    expect(nextState(ready, { kind: 'heard' }, 9)).toBe(ready);
    expect(nextState(ready, { kind: 'silent' }, 9)).toEqual({ kind: 'STALLED', since: 9 });
  });
});
