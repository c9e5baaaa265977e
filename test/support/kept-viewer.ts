import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

import { onTestFinished } from 'vitest';

export interface Seen {
  status: number;
  body: string;
}

/** Looks at pages over one connection that stays open: it needs nobody who accepts. */
export function openViewer(
  address: string,
): (path: string, headers?: Record<string, string>) => Promise<Seen> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const asking = request(`${address}${path}`, { agent, headers, timeout: 10_000 }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      asking.once('timeout', () => asking.destroy(new Error(`${path} did not answer`)));
      asking.once('error', reject).end();
    });
}
