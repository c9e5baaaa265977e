import { type ChildProcess, spawn } from 'node:child_process';

import { UpgradeError } from '../cluster.errors.ts';
import { withOtherInspector } from '../supervision/worker-arguments.ts';
import type { InheritedListener } from './inherited-sockets.ts';
import type { StartedWith } from './started-with.ts';

export interface UpgradeOptions {
  /** Listeners that are to go on in the new primary, with their descriptors here. */
  listeners: readonly InheritedListener[];
  /** What the new process needs of the environment that this one has taken out of it. */
  env: Record<string, string>;
  startedWith: StartedWith;
  /** Longest time until the new workers are READY, in milliseconds. */
  withinMs: number;
}

/** The process that has taken over. */
export interface Successor {
  pid: number;
  /** Tells it that no worker of this group takes itself for the current one; so does the end of this process. */
  tellPlacesFree: () => void;
}

const VARIABLE = 'BUTTRESS_UPGRADE';

/** The descriptors of listeners follow the standard ones and the channel. */
const FIRST_FD = 4;

const TOOK_OVER = 'buttress took over';

/**
 * Starts the same program again, with the listening sockets of this process, and waits until it
 * has taken over. Nothing of this process has changed when it fails.
 *
 * @throws UpgradeError
 */
export async function startSuccessor({
  listeners,
  env,
  startedWith,
  withinMs,
}: UpgradeOptions): Promise<Successor> {
  let fd = FIRST_FD;
  const inherited = listeners.map((one) => ({ ...one, fds: one.fds.map(() => fd++) }));
  const { cwd, staleVariables, programArguments } = startedWith;
  const child = spawn(process.execPath, [...withOtherInspector(), ...programArguments], {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...listeners.flatMap(({ fds }) => fds)],
    env: { ...process.env, ...staleVariables, ...env, [VARIABLE]: JSON.stringify(inherited) },
  });
  try {
    await tookOver(child, withinMs);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.unref();
  const tellPlacesFree = (): void => {
    if (child.connected) child.disconnect();
  };
  return { pid: child.pid ?? 0, tellPlacesFree };
}

/** What the process that takes over has been given, and how it says that it has. */
export interface Takeover {
  listeners: InheritedListener[];
  tellTakenOver: () => void;
  /** Resolves when no worker of the other group takes itself for the current one. */
  placesFree: Promise<void>;
}

/** Takes over from the process that started this one for that; undefined: nobody did. */
export function takeTakeover(env: NodeJS.ProcessEnv): Takeover | undefined {
  const text = env[VARIABLE];
  delete env[VARIABLE];
  if (text === undefined) return undefined;
  return {
    listeners: JSON.parse(text) as InheritedListener[],
    placesFree: disconnected(),
    tellTakenOver: () => {
      // The old process may be gone: then there is nobody to tell.
      if (process.connected) process.send?.(TOOK_OVER, ignore);
    },
  };
}

function tookOver(child: ChildProcess, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new UpgradeError(reason));
    const timer = setTimeout(() => {
      fail(`the new primary was not ready within ${withinMs} ms`);
    }, withinMs);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      then();
    };
    child.once('error', ({ message }) => settle(() => fail(message)));
    child.once('exit', (code, signal) => {
      settle(() => fail(`the new primary ended (${signal ?? `exit code ${code}`})`));
    });
    child.on('message', (message) => {
      if (message === TOOK_OVER) settle(resolve);
    });
  });
}

function disconnected(): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.once('disconnect', () => resolve());
    else resolve();
  });
}

function ignore(): void {}
