import type { ConnectionError } from '../connection.errors.ts';

/** Counts since the start: `requested = given + failed + abandoned + pending`. */
export interface RequestCounts {
  requested: number;
  given: number;
  failed: number;
  /** Requests whose caller left, or that ended with an error other than `ConnectionError`. */
  abandoned: number;
}

/** An error as shown in snapshots. */
export interface RecentError {
  /** Unix time in milliseconds. */
  at: number;
  code: string;
  message: string;
  address: string | undefined;
}

/** Errors kept at most. */
const RECENT = 10;

/** Outcomes of requests for connections to one service, and its last errors. */
export class ServiceCounts {
  readonly requests: RequestCounts = { requested: 0, given: 0, failed: 0, abandoned: 0 };
  readonly byCode = new Map<string, number>();
  readonly recent: RecentError[] = [];

  noteError({ code, message, address }: ConnectionError): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
    this.recent.unshift({ at: Date.now(), code, message, address });
    if (this.recent.length > RECENT) this.recent.pop();
  }
}
