import { createServer, type ListenOptions } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { type Clock, monotonicClock } from './clock.ts';
import { type HeldAddress, type Leaving, whoLeaves } from './leaving.ts';

/** Called when an address is in use; `holder` is the process that will free it, where that is known. */
export type OnAddressInUse = (holder: Leaving | undefined) => void;

export interface PatientListenOptions {
  address: HeldAddress;
  /** Called once for a holder that is not known, and once for one that is. */
  onInUse?: OnAddressInUse;
  /** Whether it is still wanted. @default yes */
  isWanted?: () => boolean;
  clock?: Clock;
  find?: (address: HeldAddress) => Leaving | undefined;
  sleep?: (ms: number) => Promise<unknown>;
}

/** How long an address may stay in use of which nobody says that it will be free, in milliseconds. */
export const STRANGER_MS = 2_000;

/** A holder that has said when it ends gets so much longer, in milliseconds. */
const GRACE_MS = 1_000;

const LOOK_EVERY_MS = 50;

/**
 * Listens, and waits for an address that a predecessor holds: as long as that may take to end where it
 * has said so, else for a moment, in which it may say so.
 *
 * @throws what `listen` throws, when the time is up or for another reason
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

/** How long an address that is in use is waited for. */
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

  /** Whether to try again; tells once who holds the address. */
  isLeft(): boolean {
    const { address, isWanted, find = whoLeaves } = this.#options;
    if (isWanted?.() === false) return false;
    // Looking for it reads directories: once it is known there is nothing more to find.
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

/** Waits for a port or path that a predecessor still holds. @throws the system's error when it can't be had */
export function untilFree(
  options: ListenOptions & ({ port: number } | { path: string }),
  onInUse: OnAddressInUse,
): Promise<void> {
  const address = options.path ?? options.port ?? 0;
  return listenPatiently(() => tryToListen(options), { address, onInUse });
}

function tryToListen(options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ ...options, exclusive: true }, () => server.close(() => resolve()));
  });
}

/**
 * Waits until `start` has opened its address, or until it is known who will free that: then the rest
 * of the process need not wait.
 *
 * @param onFailure called when it fails after that
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

/** Why nothing listens there yet, for people. */
export function waitReason(where: string, holder: Leaving | undefined): string {
  if (holder === undefined) return `${where} is in use: trying again for ${STRANGER_MS} ms`;
  return `${where} is in use: waiting for process ${holder.pid}, which drains`;
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}
