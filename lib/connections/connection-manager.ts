import type { Socket } from 'node:net';

import { callOptions } from '../common/options/call-options.ts';
import { choiceOption, wrongType } from '../common/options/checks.ts';
import { thisMachine } from '../common/options/machine.ts';
import type { ConnectionWork } from './calls/run-work.ts';
import { type RunOptions, runOptions } from './calls/run.options.ts';
import {
  type DialOptions,
  dialOptions,
  type LeaseOptions,
  leaseOptions,
  type ResolveOptions,
  resolveOptions,
} from './dial.options.ts';
import type { Dialer, ResolvedAddress, ServiceDescription } from './dialer.ts';
import type { Lease } from './pool/lease.ts';
import type { ConnectionsSnapshot } from './services/connections-snapshot.ts';
import { holdOptions } from './services/hold.options.ts';
import type { ManagedServices } from './services/managed-services.ts';

const ofConnect = callOptions('ConnectionManager.connect', dialOptions);
const ofAcquire = callOptions('ConnectionManager.acquire', leaseOptions);
const ofResolve = callOptions('ConnectionManager.resolve', resolveOptions);
const ofRun = callOptions('ConnectionManager.run', runOptions);

const OUTCOMES = ['accepted', 'refused'] as const;

/**
 * Connections to named services: healthy, timed and counted, or a typed error, before the request's
 * deadline. A method refuses wrong options with a TypeError or RangeError that names them.
 */
export class ConnectionManager implements Dialer {
  readonly #services: ManagedServices;

  /** @internal Constructed by `ConnectionsModule`. */
  constructor(services: ManagedServices) {
    this.#services = services;
  }

  /** Names of the services, without aliases. */
  get names(): string[] {
    return [...this.#services.byName.keys()];
  }

  async connect(service: string, options?: DialOptions): Promise<Socket> {
    return this.#services.find(service).connect(ofConnect(options));
  }

  /**
   * Leases a connection from the service's pool: return it with `release()`, or `destroy()` it.
   *
   * @throws ConnectionError when there is none, ContextAbortError when the request has ended
   */
  acquire(service: string, options?: LeaseOptions): Promise<Lease> {
    try {
      return this.#services.find(service).acquire(ofAcquire(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs work on a pooled connection. Retries idempotent work within the service's retry budget;
   * with `hedgeAfterMs`, starts the next try while a slow one still runs.
   *
   * @throws ConnectionError, or the error of the work's last try
   * @example
   * await connections.run('rates', ({ socket }) => ask(socket, 'EUR'), { idempotent: true });
   */
  async run<T>(service: string, work: ConnectionWork<T>, options?: RunOptions): Promise<T> {
    if (typeof work !== 'function') {
      throw wrongType('The work of ConnectionManager.run', 'a function', work);
    }
    return this.#services.find(service).run(work, ofRun(options));
  }

  describe(service: string): ServiceDescription {
    return this.#services.find(service).description;
  }

  async resolve(service: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]> {
    return this.#services.find(service).resolve(ofResolve(options));
  }

  /**
   * Reports the service's answer to client-side throttling, for clients that see refusals which a
   * connection does not show, such as a 503.
   */
  reportOutcome(service: string, outcome: 'accepted' | 'refused'): void {
    choiceOption('The outcome of ConnectionManager.reportOutcome', outcome, OUTCOMES);
    this.#services.find(service).reportOutcome(outcome);
  }

  /**
   * Takes an address out of use until `forMs` have passed, ten minutes unless given.
   *
   * @throws TypeError when no service has the address
   */
  holdDown(address: string, forMs?: number): void {
    const hold = holdOptions.check('ConnectionManager.holdDown', { address, forMs }, thisMachine());
    this.#services.holdDown(hold.address, hold.forMs);
  }

  /** Marks an address up and clears its failures. @throws TypeError when it is unknown */
  markUp(address: string): void {
    this.#services.markUp(address);
  }

  snapshot(): ConnectionsSnapshot {
    return this.#services.snapshot();
  }
}
