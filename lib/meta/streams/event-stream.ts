import { Readable } from 'node:stream';

import { jsonText } from '../requests.ts';
import { eventText, type StreamEvent, type StreamFormat } from './stream-event.ts';

/** Maximum size of the events that wait for a slow reader, in characters. */
const MAX_WAITING = 256 * 1024;

/** Events for one viewer, in bounded memory: what a slow reader leaves is dropped and counted. */
export class EventStream extends Readable {
  readonly #format: StreamFormat;
  #waiting: string[] = [];
  #size = 0;
  #dropped = 0;
  /** Whether the reader has room. */
  #hasRoom = true;
  #isQuiet = false;
  #isEnding = false;
  #hasEnded = false;

  constructor(format: StreamFormat) {
    super({ encoding: 'utf8' });
    this.#format = format;
  }

  /** Sends an event, or counts it as dropped. Once one is, so are all until the reader is done. */
  offer(event: StreamEvent): void {
    if (this.#isEnding || this.destroyed) return;
    this.#isQuiet = false;
    const text = this.#textOf(event);
    const isFull = this.#waiting.length > 0 && this.#size + text.length > MAX_WAITING;
    if (!isFull && this.#dropped === 0) return this.#enqueue(text);
    this.#dropped += event.type === 'dropped' ? event.count : 1;
  }

  /** Sends a heartbeat unless something was sent since the last one. */
  beat(at: string): void {
    if (this.#isQuiet && this.#waiting.length === 0) this.offer({ type: 'heartbeat', at });
    this.#isQuiet = true;
  }

  /** Sends the last event. */
  finish(): void {
    if (this.#isEnding) return;
    this.#tellDropped();
    this.#enqueue(this.#textOf({ type: 'end', reason: 'shutdown' }));
    this.#isEnding = true;
    this.#flush();
  }

  override _read(): void {
    this.#hasRoom = true;
    this.#flush();
  }

  #enqueue(text: string): void {
    this.#waiting.push(text);
    this.#size += text.length;
    this.#flush();
  }

  #flush(): void {
    while (this.#hasRoom && this.#waiting.length > 0) {
      const text = this.#waiting.shift() ?? '';
      this.#size -= text.length;
      this.#hasRoom = this.push(text);
    }
    if (!this.#hasRoom || this.#hasEnded) return;
    if (this.#dropped > 0) this.#tellDropped();
    else if (this.#isEnding) {
      this.#hasEnded = true;
      this.push(null);
    }
  }

  /** Once the reader is done with the rest: right where the records are missing. */
  #tellDropped(): void {
    const count = this.#dropped;
    if (count === 0) return;
    this.#dropped = 0;
    this.#enqueue(this.#textOf({ type: 'dropped', count }));
  }

  #textOf(event: StreamEvent): string {
    if (event.type === 'heartbeat' && this.#format === 'sse') return ': heartbeat\n\n';
    return eventText(this.#format, event.type, jsonText(event));
  }
}
