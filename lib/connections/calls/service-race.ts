import type { Endpoint } from '../addresses/endpoint.ts';
import { ConnectionError, type ConnectionFailure } from '../connection.errors.ts';
import type { AttemptRecorder, PhaseTimes } from '../pool/attempt-record.ts';
import type { EndpointPool, PoolHome, Purpose } from '../pool/endpoint-pool.ts';
import type { ManagedConnection } from '../pool/managed-connection.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import type { CallTime } from './call-time.ts';
import { RaceLostError, stagger } from './stagger.ts';

/** Failures that count against the address. */
const OF_THE_ADDRESS: ReadonlySet<ConnectionFailure> = new Set([
  'REFUSED',
  'UNREACHABLE',
  'CONNECT_TIMEOUT',
  'TLS',
  'READ_TIMEOUT',
]);

export interface RaceSetup {
  settings: ServiceSettings;
  home: PoolHome;
  recorder: AttemptRecorder;
  poolOf: (endpoint: Endpoint) => EndpointPool;
  onError: (error: ConnectionError) => void;
}

/** Races connections to several endpoints with staggered starts; the first to connect wins. */
export class ServiceRace {
  readonly #setup: RaceSetup;

  constructor(setup: RaceSetup) {
    this.#setup = setup;
  }

  /** @throws RaceLostError with the error of each endpoint, or the abort reason of `call` */
  async run(
    endpoints: readonly Endpoint[],
    purpose: Purpose,
    call: CallTime,
  ): Promise<ManagedConnection> {
    const { settings, home, poolOf } = this.#setup;
    const { dnsMs } = call;
    return stagger({
      candidates: endpoints,
      staggerMs: settings.retry.staggerMs,
      signal: call.signal,
      schedule: home.schedule,
      attempt: (endpoint, signal) => {
        const times: PhaseTimes = dnsMs === undefined ? {} : { dnsMs };
        return this.#attempt(poolOf(endpoint), purpose, { signal, times, call });
      },
      // The idle stack is for leases only: a late connection of another kind is closed.
      discard: (connection) => (purpose.isLease ? connection.giveBack() : connection.destroy()),
    });
  }

  /** Tests whether an address that was down is back, in the background. Never rejects. */
  async probe(endpoint: Endpoint, call: CallTime): Promise<void> {
    const { home, poolOf } = this.#setup;
    const health = home.healthOf(endpoint.key);
    if (!health.probe(home.clock.now())) return;
    const pool = poolOf(endpoint);
    const times: PhaseTimes = {};
    try {
      await pool.probe({ signal: call.signal, times, timings: undefined });
      pool.verdict.connected();
      this.#setup.recorder.attempt({ address: endpoint.key, outcome: 'connected', times });
    } catch (error) {
      this.#failed(pool, { times, error, ranMs: 0 });
      health.abandoned(home.clock.now());
    }
  }

  async #attempt(
    pool: EndpointPool,
    purpose: Purpose,
    { signal, times, call }: { signal: AbortSignal; times: PhaseTimes; call: CallTime },
  ): Promise<ManagedConnection> {
    const { home, recorder } = this.#setup;
    const startedAt = home.clock.now();
    const address = pool.endpoint.key;
    try {
      const connection = await pool.take(purpose, { signal, times, timings: call.timings });
      if (times.tcpMs === undefined) return connection;
      pool.verdict.connected();
      recorder.attempt({ address, outcome: 'connected', times });
      return connection;
    } catch (error) {
      const ranMs = home.clock.now() - startedAt;
      this.#failed(pool, { times, error: whyOf(error, call.signal, signal), ranMs });
      throw error;
    }
  }

  #failed(
    pool: EndpointPool,
    { times, error, ranMs }: { times: PhaseTimes; error: unknown; ranMs: number },
  ): void {
    const { recorder, settings, onError } = this.#setup;
    const { key } = pool.endpoint;
    const known = error instanceof ConnectionError ? error : undefined;
    if (known !== undefined) onError(known);
    const outcome = known === undefined ? 'beaten' : 'failed';
    recorder.attempt({ address: key, outcome, times, error: known });
    // Beaten or cut off after a full stagger delay without a slot wait: a failure of the address.
    const isCut = error === BEATEN || known?.failure === 'DEADLINE';
    const isLate = isCut && times.waitMs === undefined && ranMs >= settings.retry.staggerMs;
    if (isLate || isOfTheAddress(known)) pool.verdict.failed();
  }
}

function isOfTheAddress(error: ConnectionError | undefined): boolean {
  return error !== undefined && OF_THE_ADDRESS.has(error.failure);
}

/** Reason of an attempt that another one beat. */
const BEATEN = Symbol('beaten');

/** Replaces the error of a stopped attempt by the reason for the stop. */
function whyOf(error: unknown, call: AbortSignal, attempt: AbortSignal): unknown {
  if (call.aborted) return call.reason;
  return attempt.aborted ? BEATEN : error;
}

/** Treats a lost race as no connection, and adds the errors of its endpoints to `errors`. */
export function collectLost(errors: ConnectionError[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RaceLostError)) throw error;
    errors.push(...error.errors.filter((one) => one instanceof ConnectionError));
  };
}
