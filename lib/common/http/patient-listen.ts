import { createServer, type ListenOptions } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { type Clock, monotonicClock } from '../clock.ts';
import { removeStaleSocket } from '../files/stale-socket.ts';
import { type HeldAddress, type Leaving, whoLeaves } from './leaving.ts';

/** Called when an address is in use; `holder`: the process that will free it, if known. */
export type OnAddressInUse = (holder: Leaving | undefined) => void;

export interface PatientListenOptions {
  address: HeldAddress;
  /** Called at most once without a known holder and once with it. */
  onInUse?: OnAddressInUse;
  /** Whether to keep waiting. @default yes */
  isWanted?: () => boolean;
  clock?: Clock;
  find?: (address: HeldAddress) => Leaving | undefined;
  sleep?: (ms: number) => Promise<unknown>;
}

/** How long to retry while no process has announced that it will free the address. */
export const STRANGER_MS = 2_000;

/** Extra time beyond a holder's announced end. */
const GRACE_MS = 1_000;

const LOOK_EVERY_MS = 50;

/**
 * Listens; while a predecessor holds the address, retries until after its announced end, or for
 * `STRANGER_MS` if it announces none.
 *
 * @throws the error of `listen` when time is up or for any other reason
 */
export async function listenPatiently<T>(
  listen: () => Promise<T>,
  options: PatientListenOptions,
): Promise<T> {
  const patience = new Patience(options);
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- tried until it can be had
      return await listen();
    } catch (error) {
      if (!isInUse(error) || !patience.isLeft()) throw error;
    }
    // oxlint-disable-next-line no-await-in-loop -- tried until it can be had
    await (options.sleep ?? wait)(LOOK_EVERY_MS);
  }
}

/** Retry budget for an address in use. */
class Patience {
  readonly #options: PatientListenOptions;
  readonly #clock: Clock;
  #endsAt: number;
  #holder: Leaving | undefined;
  #hasTold = false;

  constructor(options: PatientListenOptions) {
    this.#options = options;
    this.#clock = options.clock ?? monotonicClock;
    this.#endsAt = this.#clock.now() + STRANGER_MS;
  }

  /** Whether to try again; reports a newly found holder. */
  isLeft(): boolean {
    const { address, isWanted, find = whoLeaves } = this.#options;
    if (isWanted?.() === false) return false;
    // The search reads directories; skip it once the holder is known.
    const known = this.#holder ?? find(address);
    if (known !== undefined) this.#endsAt = Math.max(this.#endsAt, known.endsAt + GRACE_MS);
    if (this.#clock.now() >= this.#endsAt) return false;
    this.#tell(known);
    return true;
  }

  #tell(holder: Leaving | undefined): void {
    if (this.#hasTold && holder === this.#holder) return;
    this.#hasTold = true;
    this.#holder = holder;
    this.#options.onInUse?.(holder);
  }
}

/**
 * Waits until a predecessor frees a port or path, and removes a socket at a path on which no process
 * listens any more. @throws the system's error at the end
 */
export function untilFree(
  options: ListenOptions & ({ port: number } | { path: string }),
  onInUse: OnAddressInUse,
): Promise<void> {
  const address = options.path ?? options.port ?? 0;
  return listenPatiently(() => tryToListen(options), { address, onInUse });
}

async function tryToListen(options: ListenOptions): Promise<void> {
  if (options.path !== undefined) await removeStaleSocket(options.path);
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ ...options, exclusive: true }, () => server.close(() => resolve()));
  });
}

/**
 * Waits until `start` has opened its address or the process that will free it is known; from then
 * on the rest of this process need not wait.
 *
 * @param onFailure called if `start` fails later
 */
export async function openedOrAwaited(
  start: (onInUse: OnAddressInUse) => Promise<void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { promise: isAwaited, resolve } = Promise.withResolvers<true>();
  const opening = start((holder) => {
    if (holder !== undefined) resolve(true);
  });
  if ((await Promise.race([opening, isAwaited])) === true) opening.catch(onFailure);
}

/** Human-readable reason for waiting. */
export function waitReason(where: string, holder: Leaving | undefined): string {
  if (holder === undefined) return `${where} is in use: trying again for ${STRANGER_MS} ms`;
  return `${where} is in use: waiting for process ${holder.pid}, which drains`;
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}
