import { once } from 'node:events';
import { connect } from 'node:net';

const PROBE_MS = 2_000;

/** A server that may be there, and must be where `CI` is `true`. */
export interface NeededServer {
  name: string;
  port: number;
}

/** Whether its tests are skipped, which is said; where it must be there, they run and fail. */
export async function isMissing({ name, port }: NeededServer): Promise<boolean> {
  if (process.env['CI'] === 'true' || (await answers(port))) return false;
  console.warn(`skipped: ${name} does not answer on 127.0.0.1:${port}`);
  return true;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
