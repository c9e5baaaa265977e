import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { limitSending } from '../../common/http/send-timeout.ts';
import { encode } from '../compression.ts';
import { Crowd } from '../crowd.ts';
import type { GroupMetrics } from './group-metrics.ts';
import { scrapeTimeoutMs } from './scrape-timeout.ts';

/** Time limit for receiving a request. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longest time for which a scraper may read nothing of its answer. */
const SEND_TIMEOUT_MS = 10_000;

/** Maximum number of concurrent scrapes. */
const MAX_AT_ONCE = 16;

/** Server of `/metrics` alone, for scrapers that may not see the pages. */
export function metricsServer(metrics: GroupMetrics): Server {
  const crowd = new Crowd(MAX_AT_ONCE);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const { method = '' } = request;
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics')
      return answer(response, 404, 'Not found: this listener serves /metrics\n');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answer(response, 405, 'Method not allowed\n');
    }
    if (!crowd.admit(response)) return answer(response, 503, 'Too many scrapes at once\n');
    void send(metrics, request, response);
  });
  limitSending(server, SEND_TIMEOUT_MS);
  return server;
}

async function send(
  metrics: GroupMetrics,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const timeoutMs = scrapeTimeoutMs(headers['x-prometheus-scrape-timeout-seconds']);
    const { contentType, body } = await metrics.page(headers.accept, timeoutMs);
    response.setHeader('content-type', contentType);
    response.setHeader('vary', 'accept, accept-encoding');
    const encoded = await encode(body, headers['accept-encoding']);
    if (encoded !== undefined) response.setHeader('content-encoding', encoded.coding);
    response.end(encoded?.body ?? body);
  } catch {
    answer(response, 500, 'The metrics cannot be rendered\n');
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
