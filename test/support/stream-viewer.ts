import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';

import { onTestFinished } from 'vitest';

import type { StreamEvent } from '../../lib/meta/streams/stream-event.ts';

/** Viewer of a live stream, until the test ends. */
export interface Viewer {
  status: number;
  headers: IncomingMessage['headers'];
  /** All that has come. */
  text: () => string;
  /** Events of a stream of lines. */
  events: () => StreamEvent[];
  hasEnded: () => boolean;
  leave: () => void;
}

/** Opens a stream; resolves with its headers. */
export function view(
  address: string,
  path: string,
  accept = 'application/x-ndjson',
): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest(
      `${address}${path}`,
      { headers: { accept }, agent: false },
      (response) => {
        let text = '';
        let hasEnded = false;
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => (hasEnded = true)).on('error', () => undefined);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: () => text,
          events: () =>
            text
              .split('\n')
              .slice(0, -1)
              .map((line) => JSON.parse(line) as StreamEvent),
          hasEnded: () => hasEnded,
          leave: () => void request.destroy(),
        });
      },
    );
    onTestFinished(() => void request.destroy());
    request.once('error', reject).end();
  });
}

/** Records that have come. */
export function recordsOf({ events }: Viewer): unknown[] {
  return events().flatMap((event) => (event.type === 'record' ? [event.record] : []));
}
