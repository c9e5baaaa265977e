import { createServer, type Server } from 'node:http';

/** What the probes tell. */
export interface ProbeState {
  /** Whether new work should be sent here. */
  isReady(): boolean;
}

/**
 * `/livez` and `/readyz`, answered by the primary itself, so that liveness never depends on an
 * application or a page. Rejects with the system's error when the address can't be had.
 */
export function serveProbes(
  { host, port }: { host: string; port: number },
  state: ProbeState,
): Promise<Server> {
  const server = createServer((request, response) => {
    const status = statusOf(request.url, state);
    request.resume();
    response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(`${TEXTS[status]}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

const TEXTS = { 200: 'ok', 404: 'not found', 503: 'not ready' } as const;

function statusOf(url: string | undefined, state: ProbeState): keyof typeof TEXTS {
  if (url === '/livez') return 200;
  if (url === '/readyz') return state.isReady() ? 200 : 503;
  return 404;
}
