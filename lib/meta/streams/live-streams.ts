import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import type { WorkerAnswer } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import { BusyError } from '../meta.errors.ts';
import { EventStream } from './event-stream.ts';
import { FollowedReport } from './followed-report.ts';
import type { StreamFormat } from './stream-event.ts';

/** Maximum number of open streams: each holds a connection and some memory. */
export const MAX_STREAMS = 16;

/** `Retry-After` beyond that number. */
const RETRY_MS = 10_000;

/** Maximum wait for viewers at the end. */
const CLOSE_WITHIN_MS = 500;

/** Interval of looks at the workers. */
const LOOK_EVERY_MS = 1_000;

/** Silence after which a stream shows that it lives: proxies end connections that are silent. */
const BEAT_EVERY_MS = 15_000;

export interface StreamOptions {
  format: StreamFormat;
  /** Operation of the workers that looks at their tail. */
  operation: string;
  /** Whether the viewer wants a record. */
  isWanted: (record: WorkerAnswer) => boolean;
  /** What the viewer sees of it. */
  show: (value: unknown) => unknown;
}

export interface LiveStreamsOptions {
  /** @default 1000 */
  lookEveryMs?: number;
  /** @default 15_000 */
  beatEveryMs?: number;
}

/** Live streams of all viewers. */
export class LiveStreams {
  readonly #reports: GroupReports;
  readonly #lookEveryMs: number;
  readonly #followed = new Map<string, FollowedReport>();
  readonly #open = new Set<EventStream>();
  readonly #heart: NodeJS.Timeout;
  #isClosed = false;

  constructor(
    reports: GroupReports,
    { lookEveryMs = LOOK_EVERY_MS, beatEveryMs = BEAT_EVERY_MS }: LiveStreamsOptions = {},
  ) {
    this.#reports = reports;
    this.#lookEveryMs = lookEveryMs;
    this.#heart = setInterval(() => this.#beat(), beatEveryMs).unref();
  }

  /**
   * Opens a stream of the records from now on, until it is destroyed.
   *
   * @throws BusyError when there are too many, or at shutdown
   */
  open({ format, operation, isWanted, show }: StreamOptions): EventStream {
    if (this.#isClosed || this.#open.size >= MAX_STREAMS) {
      throw new BusyError(`No more than ${MAX_STREAMS} streams at once`, 503, RETRY_MS);
    }
    const stream = new EventStream(format);
    this.#open.add(stream);
    const unfollow = this.#of(operation).follow({
      onStart: () => stream.offer({ type: 'start', at: new Date().toISOString() }),
      onRecord: (record) => {
        if (!isWanted(record)) return;
        stream.offer({ type: 'record', worker: record.worker, record: show(record.value) });
      },
      onMissed: (_worker, count) => stream.offer({ type: 'dropped', count }),
    });
    stream.once('close', () => {
      unfollow();
      this.#open.delete(stream);
    });
    return stream;
  }

  /** Ends all streams, and waits a moment for viewers to hear of it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#heart);
    const ends = [...this.#open].map((stream) => once(stream, 'close'));
    for (const stream of this.#open) stream.finish();
    await Promise.race([
      Promise.allSettled(ends),
      wait(CLOSE_WITHIN_MS, undefined, { ref: false }),
    ]);
  }

  #of(operation: string): FollowedReport {
    const known = this.#followed.get(operation);
    if (known !== undefined) return known;
    const followed = new FollowedReport(this.#reports, operation, this.#lookEveryMs);
    this.#followed.set(operation, followed);
    return followed;
  }

  #beat(): void {
    const at = new Date().toISOString();
    for (const stream of this.#open) stream.beat(at);
  }
}
