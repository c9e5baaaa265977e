import { describe, expect, it } from 'vitest';

import { EventStream } from '../../../../lib/meta/streams/event-stream.ts';
import type { StreamEvent } from '../../../../lib/meta/streams/stream-event.ts';

const AT = '2026-11-25T10:00:00.000Z';

/** Event of about `length` characters; longer texts would be cut. */
function record(number: number, length = 0): StreamEvent {
  return { type: 'record', worker: 1, record: { number, text: 'x'.repeat(length) } };
}

/** Reads all that has come, as a reader that is fast now. */
function read(stream: EventStream): StreamEvent[] {
  const lines: string[] = [];
  for (let text = stream.read() as string | null; text !== null;) {
    lines.push(text);
    text = stream.read() as string | null;
  }
  const all = lines.join('').split('\n').slice(0, -1);
  return all.map((line) => JSON.parse(line) as StreamEvent);
}

describe('The stream of a viewer', () => {
  it('drops what a slow reader leaves, and says how much where it is missing.', () => {
    const stream = new EventStream('ndjson');
    // Nobody reads: its own buffer, then the bounded queue fill up.
    for (let number = 0; number < 100; number++) stream.offer(record(number, 10_000));
    const first = read(stream);
    stream.offer(record(100));
    const events = [...first, ...read(stream)];
    const dropped = events.findIndex(({ type }) => type === 'dropped');
    const numbers = events.flatMap((event) =>
      event.type === 'record' ? [(event.record as { number: number }).number] : [],
    );
    const { count } = events[dropped] as { count: number };
    expect(numbers.slice(0, dropped)).toEqual(numbers.slice(0, dropped).map((_, at) => at));
    expect(dropped + count).toBe(100);
    expect(count).toBeGreaterThan(50);
    expect(numbers.slice(dropped)).toEqual([100]);
  });

  it('drops all records until the reader is done, so that it misses a stretch, not a sieve.', () => {
    const stream = new EventStream('ndjson');
    for (let number = 0; number < 100; number++) stream.offer(record(number, 10_000));
    // A small one would fit.
    stream.offer(record(100));
    const events = read(stream);
    expect(events.at(-1)).toMatchObject({ type: 'dropped' });
  });

  it('has a heartbeat only when it is silent, as a comment in server-sent events.', () => {
    const lines = new EventStream('ndjson');
    lines.offer(record(1));
    lines.beat(AT);
    lines.beat(AT);
    expect(read(lines)).toEqual([record(1), { type: 'heartbeat', at: AT }]);
    const events = new EventStream('sse');
    events.beat(AT);
    events.beat(AT);
    expect(events.read()).toBe(': heartbeat\n\n');
  });

  it('names server-sent events by their type, each on one line.', () => {
    const stream = new EventStream('sse');
    stream.offer({ type: 'record', worker: 1, record: { msg: 'two\nlines' } });
    expect(stream.read()).toBe(
      'event: record\ndata: {"type":"record","worker":1,"record":{"msg":"two\\nlines"}}\n\n',
    );
  });

  it('ends with all that waits, and takes nothing afterwards.', () => {
    const stream = new EventStream('ndjson');
    stream.offer(record(1));
    stream.finish();
    stream.finish();
    stream.offer(record(2));
    expect(read(stream)).toEqual([record(1), { type: 'end', reason: 'shutdown' }]);
    expect(stream.readableEnded || stream.readableLength === 0).toBe(true);
  });
});
