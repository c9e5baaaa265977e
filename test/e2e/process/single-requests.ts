import { once } from 'node:events';
import { type Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import type { SingleProcess } from '../../support/single-process.ts';
import { until } from '../../support/until.ts';

/** How long an end may take in which nobody has anything to say for longer than a request. */
export const END_WITHIN_MS = 8_000;

/** The status of an answer, or the system's code in place of one. */
export async function askSingle(
  { port }: SingleProcess,
  path: string,
  { host = '127.0.0.1', agent = false }: { host?: string; agent?: Agent | false } = {},
): Promise<number | string | undefined> {
  const request = httpGet({ host, port, path, agent });
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await text(response);
    return response.statusCode;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** One slow request to each host; all are in their handlers when this resolves. */
export async function sendSlow(
  single: SingleProcess,
  hosts: readonly string[],
  ms = 2_000,
): Promise<Promise<number | string | undefined>[]> {
  const requests = hosts.map((host) => askSingle(single, `/sleep?ms=${ms}`, { host }));
  await until('handlers', () => single.output.split('begun by').length > hosts.length);
  return requests;
}
