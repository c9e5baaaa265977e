import { Ring } from '../stats/ring.ts';
import type { AdmissionSnapshot } from './admission-snapshot.ts';
import type { RefusalReason } from './refusal-reason.ts';

/** One second of a process, counts since the point before. */
export interface AdmissionPoint {
  /** Unix time in milliseconds. */
  at: number;
  /** Fraction of all requests admitted under event loop lag; `shares`: the same by priority. */
  fraction: number;
  shares: AdmissionSnapshot['shares'];
  lagMs: number;
  inFlight: number;
  waiting: number;
  admitted: number;
  refused: number;
  /** Parts of `refused` by reason; reasons without any are absent. */
  refusals: Partial<Record<RefusalReason, number>>;
}

/** One second of a group, counts since the point before. */
export interface GroupPoint {
  at: number;
  limit: number;
  inFlight: number;
  waiting: number;
  admitted: number;
  refused: number;
}

/** Points kept: five minutes at one per second. */
const POINTS = 300;

interface Totals {
  admitted: number;
  refused: number;
}

/** Admission over the last five minutes, per process and per group. */
export class AdmissionHistory {
  readonly #points = new Ring<AdmissionPoint>(POINTS);
  readonly #groups = new Map<string, Ring<GroupPoint>>();
  readonly #before = new Map<string, Totals>();
  #refusedBefore: AdmissionPoint['refusals'] = {};

  get points(): AdmissionPoint[] {
    return this.#points.toArray();
  }

  /** Requests refused within the last `ms`. */
  refusedWithin(ms: number, nowMs = Date.now()): number {
    const recent = this.points.filter(({ at }) => nowMs - at < ms);
    return recent.reduce((sum, { refused }) => sum + refused, 0);
  }

  of(group: string): GroupPoint[] {
    return this.#groups.get(group)?.toArray() ?? [];
  }

  add({ fraction, shares, lagMs, inFlight, waiting, groups }: AdmissionSnapshot): void {
    const at = Date.now();
    const sum = { admitted: 0, refused: 0 };
    for (const group of groups) {
      const { admitted, refused } = this.#sinceLast(group.name, {
        admitted: group.admitted,
        refused: group.refused,
      });
      sum.admitted += admitted;
      sum.refused += refused;
      const { name, limit, inFlight: own, waiting: waitingThere } = group;
      const point = { at, limit, inFlight: own, waiting: waitingThere, admitted, refused };
      this.#ringOf(name).push(point);
    }
    const refusals = this.#refusalsSinceLast(groups);
    this.#points.push({ at, fraction, shares, lagMs, inFlight, waiting, ...sum, refusals });
  }

  #refusalsSinceLast(groups: AdmissionSnapshot['groups']): AdmissionPoint['refusals'] {
    const before = this.#refusedBefore;
    const totals: AdmissionPoint['refusals'] = {};
    for (const { reason, count } of groups.flatMap((group) => group.refusals)) {
      totals[reason] = (totals[reason] ?? 0) + count;
    }
    this.#refusedBefore = totals;
    const since = Object.entries(totals).map(([reason, count]) => {
      return [reason, count - (before[reason as RefusalReason] ?? 0)] as const;
    });
    return Object.fromEntries(since.filter(([, count]) => count > 0));
  }

  #sinceLast(name: string, { admitted, refused }: Totals): Totals {
    const before = this.#before.get(name) ?? { admitted: 0, refused: 0 };
    this.#before.set(name, { admitted, refused });
    return { admitted: admitted - before.admitted, refused: refused - before.refused };
  }

  #ringOf(name: string): Ring<GroupPoint> {
    const ring = this.#groups.get(name) ?? new Ring<GroupPoint>(POINTS);
    this.#groups.set(name, ring);
    return ring;
  }
}
