import { type Profiler, url as inspectorUrl } from 'node:inspector';
import { getHeapStatistics } from 'node:v8';

import { type Clock, processClock } from '../common/clock.ts';
import { integerOption, objectOption } from '../common/options/checks.ts';
import { outsideTimeout } from '../common/outside.ts';
import { leaveFile, type LeftFile } from './left-file.ts';
import { InspectorSampler, RollingProfile } from './rolling-profile.ts';

/** What a worker noticed. */
export type WorkerIncident =
  /** Its event loop was late. */
  | { kind: 'lag'; lagMs: number; at: number }
  /** Its heap is near its limit. */
  | { kind: 'heap'; usedBytes: number; limitBytes: number; at: number };

/** Answer to `arm`. */
export interface RecorderState {
  incident: WorkerIncident | null;
}

export interface RecorderParts {
  clock?: Clock;
  /** Calls back once. @returns cancels */
  schedule?: (callback: () => void, afterMs: number) => () => void;
  profile?: () => Pick<RollingProfile, 'rotate' | 'end'>;
  heap?: () => { usedBytes: number; limitBytes: number };
  /** Whether a debugger may stop the loop, which is no incident. */
  isDebugged?: () => boolean;
}

/**
 * - `OFF`: samples nothing
 * - `ARMED`: samples, and looks for an incident
 * - `CAUGHT`: an incident has come; its profiles wait to be fetched
 */
type State =
  | { kind: 'OFF' }
  | {
      kind: 'ARMED';
      thresholdMs: number;
      endsAt: number;
      dueAt: number;
      rotateAt: number;
      profile: Pick<RollingProfile, 'rotate' | 'end'>;
      cancel: () => void;
    }
  | { kind: 'CAUGHT'; incident: WorkerIncident; profiles: Profiler.Profile[]; cancel: () => void };

const OFF: State = { kind: 'OFF' };

/** Interval of looks at the event loop. */
const LOOK_EVERY_MS = 100;

/** Length of a span of the profile: it holds this much of the past at least, twice that at most. */
const SPAN_MS = 10_000;

/** Measured: 0.6 % of a core in an idle process, up to 5 % in a busy one. */
const INTERVAL_US = 10_000;

const NEAR_LIMIT = 0.9;

const LIMITS = {
  thresholdMs: { min: 100, max: 60_000 },
  forMs: { min: 1_000, max: 600_000 },
};

/**
 * Samples the CPU of this process at a low rate until an incident comes, and keeps the profile of
 * the seconds before. Ends by itself unless it is armed again within `forMs`: the process that
 * armed it may be gone.
 */
export class FlightRecorder {
  readonly #parts: Required<RecorderParts>;
  #state: State = OFF;

  constructor(parts: RecorderParts = {}) {
    this.#parts = {
      clock: processClock,
      schedule: outsideTimeout,
      profile: () => new RollingProfile(new InspectorSampler(INTERVAL_US)),
      heap: heapUse,
      isDebugged: () => inspectorUrl() !== undefined,
      ...parts,
    };
  }

  /** Arms it, or keeps it armed: `{ thresholdMs, forMs }`. Keeps an incident that was caught. */
  arm(input: unknown): RecorderState {
    const given = objectOption('input', (input ?? {}) as ArmInput, ['thresholdMs', 'forMs']);
    const thresholdMs = integerOption('thresholdMs', given.thresholdMs, LIMITS.thresholdMs);
    const endsAt = this.#now + integerOption('forMs', given.forMs, LIMITS.forMs);
    if (this.#state.kind === 'ARMED') {
      Object.assign(this.#state, { thresholdMs, endsAt });
      // After a block, a request may be read before the timer of the next look.
      this.#look();
    }
    if (this.#state.kind === 'CAUGHT') return { incident: this.#state.incident };
    if (this.#state.kind === 'ARMED') return { incident: null };
    const profile = this.#parts.profile();
    const rotateAt = this.#now + SPAN_MS;
    const watch = { thresholdMs, endsAt, rotateAt, profile, dueAt: this.#now + LOOK_EVERY_MS };
    this.#state = { kind: 'ARMED', ...watch, cancel: this.#lookLater() };
    return { incident: null };
  }

  /** Ends the recording. @returns files of the profiles of the last seconds; none if it was off */
  async dump(): Promise<{ files: LeftFile[]; incident: WorkerIncident | null }> {
    const state = this.#state;
    const profiles = this.#end();
    const incident = state.kind === 'CAUGHT' ? state.incident : null;
    const files = profiles.map((profile) => leaveFile('cpuprofile', JSON.stringify(profile)));
    return { files: await Promise.all(files), incident };
  }

  /** Ends the recording, and forgets an incident. */
  disarm(): { wasArmed: boolean } {
    const wasArmed = this.#state.kind !== 'OFF';
    this.#end();
    return { wasArmed };
  }

  get #now(): number {
    return this.#parts.clock.now();
  }

  #end(): Profiler.Profile[] {
    const state = this.#state;
    if (state.kind === 'OFF') return [];
    this.#state = OFF;
    state.cancel();
    return state.kind === 'CAUGHT' ? state.profiles : state.profile.end();
  }

  #lookLater(): () => void {
    return this.#parts.schedule(() => this.#lookByTimer(), LOOK_EVERY_MS);
  }

  /** A failed profiler must not end the process: the recording ends, and `arm` begins a new one. */
  #lookByTimer(): void {
    try {
      this.#look();
    } catch {
      this.#state = OFF;
    }
  }

  #look(): void {
    const state = this.#state;
    if (state.kind !== 'ARMED') return;
    const now = this.#now;
    const incident = this.#incidentOf(now - state.dueAt, state.thresholdMs);
    if (incident !== undefined) return this.#caught(incident);
    if (now >= state.endsAt) return void this.disarm();
    if (now >= state.rotateAt) {
      state.profile.rotate();
      state.rotateAt = now + SPAN_MS;
    }
    // Rotating takes a while, which is no lag of the application.
    state.dueAt = this.#now + LOOK_EVERY_MS;
    state.cancel();
    state.cancel = this.#lookLater();
  }

  #incidentOf(lagMs: number, thresholdMs: number): WorkerIncident | undefined {
    const { isDebugged, heap } = this.#parts;
    const at = Date.now();
    if (lagMs >= thresholdMs && !isDebugged()) return { kind: 'lag', lagMs, at };
    const { usedBytes, limitBytes } = heap();
    return usedBytes < NEAR_LIMIT * limitBytes
      ? undefined
      : { kind: 'heap', usedBytes, limitBytes, at };
  }

  /** Ends sampling: later samples would displace those of the incident. Forgets it in the end. */
  #caught(incident: WorkerIncident): void {
    if (this.#state.kind !== 'ARMED') return;
    this.#state.cancel();
    const profiles = this.#state.profile.end();
    const cancel = this.#parts.schedule(() => this.disarm(), LIMITS.forMs.max);
    this.#state = { kind: 'CAUGHT', incident, profiles, cancel };
  }
}

interface ArmInput {
  thresholdMs?: unknown;
  forMs?: unknown;
}

function heapUse(): { usedBytes: number; limitBytes: number } {
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
  return { usedBytes, limitBytes };
}
