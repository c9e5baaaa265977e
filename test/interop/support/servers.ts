import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it } from 'vitest';

const PROBE_MS = 2_000;

/** A server that must be there where `CI` is `true`, and else may be. */
export interface NeededServer {
  name: string;
  port: number;
}

/** Tests that need the server; without it they are skipped, which is said once. */
export async function describeWith(server: NeededServer, tests: () => void): Promise<void> {
  const { name, port } = server;
  const isThere = await answers(port);
  if (!isThere && process.env['CI'] !== 'true') {
    console.warn(`skipped: ${name} does not answer on 127.0.0.1:${port}`);
  }
  describe.skipIf(!isThere)(name, tests);
  it.runIf(!isThere && process.env['CI'] === 'true')(`${name} answers on ${port}`, () => {
    expect.unreachable(`${name} does not answer on 127.0.0.1:${port}`);
  });
  // A file without a test is an error.
  it.skipIf(isThere || process.env['CI'] === 'true')(`${name} is not there`, () => undefined);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  } finally {
    if (!socket.destroy().closed) await once(socket, 'close');
  }
}
