import { describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { isAlive } from '../../support/processes.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** Connections to each address: whoever takes one of another's is seen. */
const TIMES = 20;

interface Answer {
  name: string;
  pid: number;
}

/** Who answers at an address. @returns each name, once */
async function namesAt(host: string, port: number): Promise<string[]> {
  const names = new Set<string>();
  for (let times = 0; times < TIMES; times++) {
    // oxlint-disable-next-line no-await-in-loop -- a connection of its own for each
    const answer = await fetch(`http://${host}:${port}/`, { headers: { connection: 'close' } });
    // oxlint-disable-next-line no-await-in-loop -- likewise
    names.add(((await answer.json()) as Answer).name);
  }
  return [...names];
}

async function statusAt(host: string, port: number, path: string): Promise<number> {
  return (await fetch(`http://${host}:${port}${path}`)).status;
}

describe('Upgrade', () => {
  it.each(['fd', 'ipc'] as const)(
    'R13 After an upgrade by way of %s each address of one port is answered by its own server.',
    async (transport) => {
      const port = await freePort();
      const group = await startGroup({
        app: 'two-addresses.app',
        port,
        options: {
          workers: 1,
          acceptQueue: { transport },
          drain: { idleGraceMs: 200 },
          probes: { host: '127.0.0.3', port },
        },
      });
      const look = async (): Promise<object> => ({
        public: await namesAt('127.0.0.1', port),
        internal: await namesAt('127.0.0.2', port),
        livez: await statusAt('127.0.0.3', port, '/livez'),
        readyz: await statusAt('127.0.0.3', port, '/readyz'),
      });
      const own = { public: ['public'], internal: ['internal'], livez: 200, readyz: 200 };
      expect(await look()).toEqual(own);
      process.kill(group.pid, 'SIGUSR2');
      await until(
        'the new primary',
        () => group.log.some(({ msg }) => msg === 'a new primary serves'),
        { withinMs: 90_000 },
      );
      await until('the end of the old one', () => !isAlive(group.pid), { withinMs: 60_000 });
      expect(await look()).toEqual(own);
    },
  );
});
