import { type ChildProcess, spawn } from 'node:child_process';

import { ignore } from '../../common/ignore.ts';
import { UpgradeError } from '../cluster.errors.ts';
import type { OperatorState } from '../primary/operator-state.ts';
import type { ScalingState } from '../scaling/scaling-bounds.ts';
import { withOtherInspector } from '../supervision/worker-arguments.ts';
import type { Heritage, InheritedListener } from './inherited-sockets.ts';
import type { StartedWith } from './started-with.ts';

export interface UpgradeOptions extends Heritage {
  /** Variables to restore that this process removed from its environment. */
  env: Record<string, string>;
  startedWith: StartedWith;
  /** Timeout of the takeover, which needs READY workers. */
  withinMs: number;
  /** What operators have changed by now: while it started, too. */
  operatorsNow: () => OperatorState;
}

/** The new primary after its takeover. */
export interface Successor {
  pid: number;
  /** Signals that no worker of this group is current; this process's end does too. */
  tellPlacesFree: () => void;
}

const VARIABLE = 'BUTTRESS_UPGRADE';

/** Listeners' descriptors follow stdio and the IPC channel. */
const FIRST_FD = 4;

const TOOK_OVER = 'buttress took over';

/**
 * Starts the same program with this process's listening sockets and waits for its takeover. On
 * failure, kills it and leaves this process unchanged.
 *
 * @throws UpgradeError
 */
export async function startSuccessor({
  listeners,
  directory,
  operators,
  scaling,
  env,
  startedWith,
  withinMs,
  operatorsNow,
}: UpgradeOptions): Promise<Successor> {
  let fd = FIRST_FD;
  const inherited = listeners.map((one) => ({ ...one, fds: one.fds.map(() => fd++) }));
  const { cwd, staleVariables, programArguments } = startedWith;
  const child = spawn(process.execPath, [...withOtherInspector(), ...programArguments], {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...listeners.flatMap(({ fds }) => fds)],
    env: {
      ...process.env,
      ...staleVariables,
      ...env,
      [VARIABLE]: JSON.stringify({ listeners: inherited, directory, operators, scaling }),
    },
  });
  try {
    await tookOver(child, withinMs);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.send({ operators: operatorsNow() } satisfies LateOperators, ignore);
  child.unref();
  const tellPlacesFree = (): void => {
    if (child.connected) child.disconnect();
  };
  return { pid: child.pid ?? 0, tellPlacesFree };
}

/** Sent after the takeover. */
interface LateOperators {
  operators: OperatorState;
}

/** The new primary's side of a takeover. */
export interface Takeover {
  listeners: InheritedListener[];
  /** Private directory of the old group, for as long as that is there. */
  directory?: string;
  /** Absent if the old primary is of a release without it. */
  operators?: OperatorState;
  /** Absent if the old primary is of a release without it. */
  scaling?: ScalingState;
  /** Tells the old primary; `onLate` gets what operators had changed until then. */
  tellTakenOver: (onLate: (operators: OperatorState) => void) => void;
  /** Resolves when no worker of the old group is current. */
  placesFree: Promise<void>;
}

/** Begins a takeover; undefined if this process was not started by an upgrade. */
export function takeTakeover(env: NodeJS.ProcessEnv): Takeover | undefined {
  const text = env[VARIABLE];
  delete env[VARIABLE];
  if (text === undefined) return undefined;
  return {
    ...(JSON.parse(text) as Pick<Takeover, 'listeners' | 'directory' | 'operators' | 'scaling'>),
    placesFree: disconnected(),
    tellTakenOver: (onLate) => {
      process.once('message', (message) => {
        if (isLateOperators(message)) onLate(message.operators);
      });
      // The old process may have ended.
      if (process.connected) process.send?.(TOOK_OVER, ignore);
    },
  };
}

function isLateOperators(message: unknown): message is LateOperators {
  return typeof message === 'object' && message !== null && 'operators' in message;
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
