import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below every system's ephemeral range, which connections and listeners on port 0 draw from. */
const FIRST = 12_000;
const LAST = 31_999;

// Another start in each process, far from that of the process started next: two hardly meet.
let next = FIRST + ((process.pid * 7_919) % (LAST - FIRST));

/** A port of the loopback interface that nobody listens on, and that no port 0 will become. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = next === LAST ? FIRST : next + 1;
    // oxlint-disable-next-line no-await-in-loop -- one port after the other is tried
    if (await canListen(port)) return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
