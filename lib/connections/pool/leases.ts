import type { Clock } from '../../common/clock.ts';
import type { ManagedContext } from '../../context/managed-context.ts';
import type { RequestContext } from '../../context/request-context.ts';
import { storage } from '../../context/storage.ts';
import type { ConnectionError } from '../connection.errors.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import type { AttemptRecorder } from './attempt-record.ts';
import { Lease, type LeaseWatch, type Lessor } from './lease.ts';
import type { ManagedConnection } from './managed-connection.ts';

/** Counts since the start: `leased = released + destroyed + held`. */
export interface LeaseCounts {
  leased: number;
  released: number;
  destroyed: number;
  /** Leases that broke while held; also counted above, by how they ended. */
  broken: number;
}

/** What leases need of all services. */
export interface LeaseHome {
  readonly clock: Clock;
  /** Age at which a lease is logged as leaked; `Infinity`: never. */
  readonly leakAfterMs: number;
  /** Called when a lease is over. */
  onReturned(): void;
}

/** Leases of one service. */
export class Leases implements Lessor {
  readonly readMs: number;
  readonly counts: LeaseCounts = { leased: 0, released: 0, destroyed: 0, broken: 0 };
  readonly #owner: { readonly settings: ServiceSettings; readonly recorder: AttemptRecorder };
  readonly #home: LeaseHome;

  constructor(
    owner: { readonly settings: ServiceSettings; readonly recorder: AttemptRecorder },
    home: LeaseHome,
  ) {
    this.#owner = owner;
    this.#home = home;
    this.readMs = owner.settings.timeouts.readMs;
  }

  get held(): number {
    const { leased, released, destroyed } = this.counts;
    return leased - released - destroyed;
  }

  give(connection: ManagedConnection, context: RequestContext | undefined): Lease {
    this.counts.leased++;
    return new Lease(connection, this, context);
  }

  returned(connection: ManagedConnection, how: 'released' | 'destroyed'): void {
    this.counts[how]++;
    if (how === 'released') connection.giveBack();
    else connection.destroy();
    this.#home.onReturned();
  }

  broken(lease: Lease, error: ConnectionError): void {
    this.counts.broken++;
    const tell = (): void => this.#owner.recorder.broken(lease.address, error);
    // Every context is managed; a lease shows only what is public of it.
    const context = lease.context as ManagedContext | undefined;
    if (context === undefined) tell();
    else storage.run(context, tell);
  }

  /** Logs a lease held for longer than `leakAfterMs`, once. */
  checkLeak({ address }: Lease, watch: LeaseWatch, now: number): void {
    if (watch.isTold || now - watch.since < this.#home.leakAfterMs) return;
    watch.isTold = true;
    this.#owner.recorder.leaked(address, now - watch.since, watch.stack);
  }

  watch(): LeaseWatch | undefined {
    if (this.#home.leakAfterMs === Infinity) return undefined;
    const { stack } = new Error('A lease was taken here');
    return { since: this.#home.clock.now(), stack, isTold: false };
  }
}
