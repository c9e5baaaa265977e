import { setTimeout as sleep } from 'node:timers/promises';

import { startClients } from '../support/kept-clients.ts';
import { type Exchange, get } from '../support/raw-connection.ts';
import { type Rival, rivals, untilServes, workersOf } from './rival.ts';

/** What is done to a service; gives in words what it lost. */
type Trial = (rival: Rival) => Promise<string>;

const BLOCK_MS = 4_000;
const HANG_MS = 25_000;

const trials: Record<string, Trial> = {
  'a worker is killed under load, five times': async (rival) => {
    const clients = load(rival, false);
    for (let kills = 0; kills < 5; kills++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const [pid] = await untilServes(rival.port);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await sleep(1_000);
    }
    await untilServes(rival.port);
    return lostOf(await clients.stop());
  },
  'one worker blocks for 4 s': async (rival) => {
    await get(rival.port, `/lab/spin?ms=${BLOCK_MS}`);
    await sleep(500);
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await sleep(index * 50);
        return get(rival.port, '/lab/who', { withinMs: 10_000 });
      }),
    );
    const late = all.filter(({ closedAfterMs }) => closedAfterMs > 1_000).length;
    return `${late} of ${all.length} new connections waited more than 1 s`;
  },
  'all workers block for 4 s, 300 clients come': async (rival) => {
    const workers = await workersOf(rival.port);
    for (const _ of workers) void get(rival.port, `/lab/freeze?ms=${BLOCK_MS}`).catch(ignore);
    await sleep(1_000);
    const all = await Promise.all(
      Array.from({ length: 300 }, () => get(rival.port, '/lab/who', { withinMs: 15_000 })),
    );
    return `${count(all, 503)} refused at once, longest wait ${longest(all)} s`;
  },
  'one worker hangs for 25 s': async (rival) => {
    const before = await workersOf(rival.port);
    void get(rival.port, `/lab/spin?ms=${HANG_MS}`);
    await sleep(HANG_MS - 5_000);
    const now = await workersOf(rival.port);
    const isReplaced = now.some((pid) => !before.includes(pid));
    return isReplaced ? 'replaced' : 'not replaced';
  },
  'an error reaches nobody, eight requests in flight': async (rival) => {
    const [all] = await Promise.all([
      Promise.all(Array.from({ length: 8 }, () => get(rival.port, '/lab/sleep?ms=1500'))),
      sleep(500).then(() => get(rival.port, '/lab/crash', { withinMs: 5_000 })),
    ]);
    return `${all.length - count(all, 200)} of ${all.length} others lost`;
  },
  'all workers are reloaded under load': async (rival) => {
    if (rival.reload === undefined) return 'has none';
    const clients = load(rival, true);
    await sleep(1_000);
    await rival.reload();
    await sleep(1_000);
    return lostOf(await clients.stop());
  },
  'it is told to end with a request of 3 s in flight': async (rival) => {
    const asked = get(rival.port, '/lab/sleep?ms=3000', { withinMs: 10_000 });
    await sleep(500);
    await rival.stop();
    const { status, errorCode } = await asked;
    return status === 200 ? 'answered' : `lost (${errorCode ?? 'closed'})`;
  },
};

const rows: string[][] = [];
for (const [name, start] of Object.entries(rivals)) {
  for (const [what, trial] of Object.entries(trials)) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const result = await tryOut(start, trial);
    console.log(`${name} | ${what} | ${result}`);
    rows.push([name, what, result]);
  }
}
const names = Object.keys(rivals);
console.log(`\n| what is done | ${names.join(' | ')} |\n|${'---|'.repeat(names.length + 1)}`);
for (const what of Object.keys(trials)) {
  const cells = names.map((name) => rows.find((row) => row[0] === name && row[1] === what)?.[2]);
  console.log(`| ${what} | ${cells.join(' | ')} |`);
}

/** A service of its own for each trial: the one before leaves traces. */
async function tryOut(start: () => Promise<Rival>, trial: Trial): Promise<string> {
  const rival = await start();
  try {
    return await trial(rival);
  } finally {
    await rival.end();
  }
}

function load({ port }: Rival, keepAlive: boolean) {
  return startClients({ port, path: '/lab/sleep?ms=20', clients: 8, keepAlive, restMs: 5 });
}

function lostOf({ sent, failures }: { sent: number; failures: string[] }): string {
  const refused = failures.filter((one) => one === 'status 503').length;
  return `${failures.length - refused} of ${sent} requests lost, ${refused} refused with 503`;
}

function count(all: readonly Exchange[], status: number): number {
  return all.filter((one) => one.status === status).length;
}

function longest(all: readonly Exchange[]): string {
  return (Math.max(...all.map(({ closedAfterMs }) => closedAfterMs)) / 1_000).toFixed(1);
}

function ignore(): void {}
