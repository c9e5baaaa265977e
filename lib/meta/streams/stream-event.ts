/** Event of a live stream; `type` is also the name of the event in `text/event-stream`. */
export type StreamEvent =
  /** The first event: records from now on follow. */
  | { type: 'start'; at: string }
  | { type: 'record'; worker: number; record: unknown }
  /** Records that are missing here: the reader was too slow, or a worker had too many. */
  | { type: 'dropped'; count: number }
  /** Nothing has happened for a while. */
  | { type: 'heartbeat'; at: string }
  /** The last event. */
  | { type: 'end'; reason: 'shutdown' };

/** Format of a live stream. */
export type StreamFormat = 'sse' | 'ndjson';

export const STREAM_TYPES: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** Writes an event. @param json of the event, on one line */
export function eventText(format: StreamFormat, type: StreamEvent['type'], json: string): string {
  return format === 'sse' ? `event: ${type}\ndata: ${json}\n\n` : `${json}\n`;
}
