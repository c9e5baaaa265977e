import { PRIORITIES, type PriorityName, priorityOf, type Rank } from './priority.ts';
import { REFUSAL_REASONS, type RefusalReason } from './refusal-reason.ts';

export interface RefusalCount {
  reason: RefusalReason;
  priority: PriorityName;
  count: number;
}

/** Refusal counts by reason and priority. */
export class RefusalCounts {
  readonly #counts = new Float64Array(REFUSAL_REASONS.length * PRIORITIES.length);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(reason: RefusalReason, rank: Rank): void {
    const index = REFUSAL_REASONS.indexOf(reason) * PRIORITIES.length + rank;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
  }

  /** Non-zero counts. */
  entries(): RefusalCount[] {
    return REFUSAL_REASONS.flatMap((reason, row) => {
      return PRIORITIES.map((_, rank) => {
        const count = this.#counts[row * PRIORITIES.length + rank] ?? 0;
        return { reason, priority: priorityOf(rank as Rank), count };
      });
    }).filter(({ count }) => count > 0);
  }
}
