import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort } from '../support/free-port.ts';
import { get, labAnswer } from '../support/raw-connection.ts';
import { until } from '../support/until.ts';

export const WORKERS = 2;

const FIXTURES = fileURLToPath(new URL('../fixtures/dist/', import.meta.url));
const run = promisify(execFile);

/** A running service of some workers, under one supervisor or another. */
export interface Rival {
  readonly port: number;
  /** Replaces all workers; absent: it can't. */
  reload?(): Promise<void>;
  /** Asks it to end, as an operator does, and waits until it has. */
  stop(): Promise<void>;
  /** Ends what is left. */
  end(): Promise<void>;
}

export const rivals: Record<string, () => Promise<Rival>> = {
  'PM2 cluster mode': startPm2,
  'Node cluster': startCluster,
  Buttress: startButtress,
};

async function startButtress(): Promise<Rival> {
  const port = await freePort();
  const options = JSON.stringify({ workers: WORKERS, meta: false, reload: { canaryMs: 500 } });
  const child = start([join(FIXTURES, 'group.js'), './lab.app.js', options], port);
  const log: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  await untilServes(port);
  return {
    port,
    reload: async () => {
      child.kill('SIGHUP');
      await until('reloaded', () => log.join('').includes('"msg":"reloaded"'), {
        withinMs: 120_000,
      });
    },
    ...endings(child),
  };
}

async function startCluster(): Promise<Rival> {
  const port = await freePort();
  const child = start([join(FIXTURES, 'rivals/cluster.main.js')], port);
  await untilServes(port);
  return { port, ...endings(child) };
}

/** A daemon of its own, in a directory of its own, which ends with `end`. */
async function startPm2(): Promise<Rival> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'pm2-'));
  const bin = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin/pm2');
  const env = { ...process.env, PM2_HOME: home, PORT: String(port) };
  const pm2 = (...args: string[]) => run(process.execPath, [bin, ...args], { env });
  await pm2(
    'start',
    join(FIXTURES, 'rivals/rival.main.js'),
    '-i',
    String(WORKERS),
    '--name',
    'lab',
  );
  await untilServes(port);
  return {
    port,
    reload: async () => void (await pm2('reload', 'lab')),
    stop: async () => void (await pm2('stop', 'lab')),
    end: async () => {
      await pm2('kill').catch(() => undefined);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function start(args: string[], port: number): ChildProcess {
  return spawn(process.execPath, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, PORT: String(port), WORKERS: String(WORKERS) },
  });
}

function endings(child: ChildProcess): Pick<Rival, 'stop' | 'end'> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
    end: async () => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // All of them have ended.
      }
      await exited;
    },
  };
}

/** Waits until all workers answer. @returns them */
export function untilServes(port: number): Promise<number[]> {
  const look = async (): Promise<number[] | false> => {
    const pids = await workersOf(port);
    return pids.length === WORKERS && pids;
  };
  return until('all workers serve', look, { withinMs: 120_000, everyMs: 200 });
}

/** The workers that answer, each once. Those that are blocked do not. */
export async function workersOf(port: number): Promise<number[]> {
  const pids = new Set<number>();
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => get(port, '/lab/sleep?ms=30', { withinMs: 5_000 })),
  );
  for (const answer of answers) if (answer.status === 200) pids.add(labAnswer(answer).pid);
  return [...pids];
}
