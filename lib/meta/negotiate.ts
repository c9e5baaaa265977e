import type { StreamFormat } from './streams/stream-event.ts';

export type Representation = 'html' | 'json';

/** Parts of a request that decide the format of the answer. */
export interface Wishes {
  /** Whether the path ends in `.json`, or lies below `/api`. */
  isData: boolean;
  /** Query parameter `format`. */
  format: string | undefined;
  accept: string | undefined;
}

/** Path before `?format=` before `Accept`; a client that accepts everything gets JSON. */
export function representationOf({ isData, format, accept }: Wishes): Representation {
  if (isData) return 'json';
  if (format === 'html' || format === 'json') return format;
  return qualityOf(accept, 'text/html') > qualityOf(accept, 'application/json') ? 'html' : 'json';
}

/** Server-sent events where a client prefers them, as `EventSource` does; otherwise JSON by lines. */
export function streamFormatOf(accept: string | undefined): StreamFormat {
  const quality = qualityOf(accept, 'text/event-stream');
  return quality > 0 && quality >= qualityOf(accept, 'application/x-ndjson') ? 'sse' : 'ndjson';
}

/** Quality of a type, 0 to 1. A range of all types counts for JSON alone, just below a match. */
function qualityOf(accept: string | undefined, type: string): number {
  const ranges = (accept ?? '*/*').slice(0, 1_000).split(',');
  const all = ranges.map((range) => qualityIn(range, type));
  return Math.max(0, ...all);
}

function qualityIn(part: string, type: string): number {
  const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const given = parameters.find((one) => one.startsWith('q='))?.slice(2);
  const quality = given === undefined ? 1 : Number(given);
  if (!Number.isFinite(quality)) return 0;
  if (range === type) return quality;
  return range === '*/*' && type === 'application/json' ? quality * 0.99 : 0;
}
