import type { PrimaryReports } from '../../reports/report-types.ts';
import { SECONDS } from './track.ts';

/** Accept queues of the application over one second. */
export interface QueueFigures {
  /** Connections accepted per second: handed to a worker, shed, or waiting. */
  accepted: number;
  /** Connections handed to a worker per second. */
  handed: number;
  /** Connections shed per second: the sum of the three reasons. */
  shed: number;
  shedFull: number;
  shedAge: number;
  shedCodel: number;
  /** Connections that waited at the end of the second. */
  waiting: number;
}

/** Figures that are rates of counters. */
const RATES = ['accepted', 'handed', 'shed', 'shedFull', 'shedAge', 'shedCodel'] as const;

type Counts = Record<(typeof RATES)[number], number>;

export const QUEUE_FIGURES: readonly (keyof QueueFigures)[] = [...RATES, 'waiting'];

/** Accept queues by the second, from counters that are read about once a second. */
export class QueueTrack {
  readonly #seconds = new Int32Array(SECONDS);
  readonly #figures = Array.from({ length: SECONDS }, (): QueueFigures | undefined => undefined);
  #before: (Counts & { at: number }) | undefined;

  take(nowMs: number, queues: PrimaryReports['accept-queue']): void {
    const counts = countsOf(queues);
    const before = this.#before;
    this.#before = { ...counts, at: nowMs };
    // Another primary counts anew.
    if (before === undefined || counts.accepted < before.accepted) return;
    const seconds = Math.max(0.001, (nowMs - before.at) / 1_000);
    const rates = RATES.map((name) => [name, (counts[name] - before[name]) / seconds] as const);
    const figures = {
      ...(Object.fromEntries(rates) as Counts),
      waiting: ofApplication(queues).reduce((sum, { length }) => sum + length, 0),
    };
    // The rate holds for all seconds since: the primary may have been silent.
    const end = Math.floor(nowMs / 1_000);
    // A clock that is set may skip years.
    const from = Math.max(Math.floor(before.at / 1_000), end - SECONDS);
    for (let second = from; second < end; second++) {
      this.#seconds[second % SECONDS] = second;
      this.#figures[second % SECONDS] = figures;
    }
  }

  at(second: number): QueueFigures | undefined {
    const place = second % SECONDS;
    return this.#seconds[place] === second ? this.#figures[place] : undefined;
  }
}

function countsOf(all: PrimaryReports['accept-queue']): Counts {
  const queues = ofApplication(all);
  const sum = (of: (queue: (typeof queues)[number]) => number): number => {
    return queues.reduce((total, queue) => total + of(queue), 0);
  };
  return {
    accepted: sum(({ accepted }) => accepted),
    handed: sum(({ handed }) => handed),
    shed: sum(({ shed }) => shed.full + shed.age + shed.codel),
    shedFull: sum(({ shed }) => shed.full),
    shedAge: sum(({ shed }) => shed.age),
    shedCodel: sum(({ shed }) => shed.codel),
  };
}

/** Queues of the application: visitors of the pages say nothing about overload. */
export function ofApplication(
  queues: PrimaryReports['accept-queue'],
): PrimaryReports['accept-queue'] {
  return queues.filter(({ role }) => role !== 'meta');
}
