import type { ConnectionError } from './connection.errors.ts';

/** `requested = given + failed + abandoned + pending`. */
export interface RequestCounts {
  requested: number;
  given: number;
  failed: number;
  /** The caller went, or its time was up for another reason. */
  abandoned: number;
}

/** An error as it is shown. */
export interface RecentError {
  /** In milliseconds since the epoch. */
  at: number;
  code: string;
  message: string;
  address: string | undefined;
}

/** Errors that are kept. */
const RECENT = 10;

/** What became of the requests for connections to one service, and the last things that failed. */
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
