import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../../bench/support/random.ts';
import { get } from '../support/raw-connection.ts';
import type { SoakClients } from './soak-clients.ts';
import type { SoakGroup } from './soak-group.ts';

export interface FaultsOptions {
  group: SoakGroup;
  clients: SoakClients;
  port: number;
  random: Random;
  isOver: () => boolean;
}

/** Between two faults, in milliseconds. */
const LEAST_REST_MS = 2_000;
const MOST_REST_MS = 8_000;

type Fault = (options: FaultsOptions) => Promise<unknown>;

/** Each as often as it stands here. */
const FAULTS: readonly [string, Fault][] = [
  ['kill', (all) => signalOne(all, 'SIGKILL')],
  ['block', ({ port, random }) => lab(port, `spin?ms=${Math.round(300 + random() * 2_000)}`)],
  ['block', ({ port, random }) => lab(port, `freeze?ms=${Math.round(300 + random() * 2_000)}`)],
  ['hang', ({ port }) => lab(port, 'spin?ms=60000')],
  ['leak', ({ port }) => leak(port)],
  ['leak', ({ port }) => leak(port)],
  ['crash', ({ port }) => lab(port, 'crash')],
  ['exit', ({ port }) => lab(port, 'exit?code=1')],
  ['stop', (all) => stopOne(all)],
  ['clients', ({ clients }) => misbehave(clients)],
  ['clients', ({ clients }) => misbehave(clients)],
  ['reload', async ({ group }) => group.signal('SIGHUP')],
];

/** Does harm of every kind until it is over. @returns how often each */
export async function doHarm(options: FaultsOptions): Promise<Map<string, number>> {
  const done = new Map<string, number>();
  const { random, isOver } = options;
  while (!isOver()) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is the point
    await sleep(LEAST_REST_MS + random() * (MOST_REST_MS - LEAST_REST_MS));
    const chosen = FAULTS[Math.floor(random() * FAULTS.length)];
    if (chosen === undefined || isOver()) continue;
    const [name, fault] = chosen;
    done.set(name, (done.get(name) ?? 0) + 1);
    // What becomes of it is seen elsewhere; some of them answer late, or never.
    void fault(options).catch(() => undefined);
  }
  return done;
}

function lab(port: number, what: string): Promise<unknown> {
  return get(port, `/lab/${what}`, { withinMs: 30_000 });
}

async function leak(port: number): Promise<void> {
  for (let count = 0; count < 10; count++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is the point
    await lab(port, 'leak?mib=15');
  }
}

async function misbehave(clients: SoakClients): Promise<void> {
  for (let count = 0; count < 20; count++) clients.misbehave();
}

async function signalOne(
  { group, random }: FaultsOptions,
  signal: NodeJS.Signals,
): Promise<number | undefined> {
  const ready = (await group.workers()).filter(({ state }) => state === 'READY');
  const pid = ready[Math.floor(random() * ready.length)]?.pid ?? undefined;
  if (pid !== undefined) process.kill(pid, signal);
  return pid;
}

async function stopOne(options: FaultsOptions): Promise<void> {
  const pid = await signalOne(options, 'SIGSTOP');
  await sleep(500 + options.random() * 3_000);
  if (pid !== undefined) process.kill(pid, 'SIGCONT');
}
