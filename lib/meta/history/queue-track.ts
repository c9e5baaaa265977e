import type { PrimaryReports } from '../../reports/report-types.ts';
import { SECONDS } from './track.ts';

/** Accept queues of the application over one second. */
export interface QueueFigures {
  /** Connections accepted per second: handed to a worker, shed, or waiting. */
  accepted: number;
  /** Connections shed per second. */
  shed: number;
  /** Connections that waited at the end of the second. */
  waiting: number;
}

type Counts = Pick<QueueFigures, 'accepted' | 'shed'>;

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
    const figures = {
      accepted: (counts.accepted - before.accepted) / seconds,
      shed: (counts.shed - before.shed) / seconds,
      waiting: queues.reduce((sum, { length }) => sum + length, 0),
    };
    // The rate holds for all seconds since: the primary may have been silent.
    for (let second = Math.floor(before.at / 1_000); second < Math.floor(nowMs / 1_000); second++) {
      this.#seconds[second % SECONDS] = second;
      this.#figures[second % SECONDS] = figures;
    }
  }

  at(second: number): QueueFigures | undefined {
    const place = second % SECONDS;
    return this.#seconds[place] === second ? this.#figures[place] : undefined;
  }
}

/** Visitors of pages that are down say nothing about overload. */
function countsOf(queues: PrimaryReports['accept-queue']): Counts {
  return {
    accepted: queues.reduce((sum, { accepted }) => sum + accepted, 0),
    shed: queues.reduce((sum, { shed }) => sum + shed.full + shed.age + shed.codel, 0),
  };
}
