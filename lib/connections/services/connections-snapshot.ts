import { rounded } from '../../common/rounded.ts';
import type { AddressHealth, HealthOptions, HealthState } from '../addresses/address-health.ts';
import type { Endpoint } from '../addresses/endpoint.ts';
import type { RecentError, RequestCounts } from '../calls/service-counts.ts';
import type { Service, ServiceHome } from '../calls/service.ts';
import { type Phase, PHASES } from '../pool/attempt-record.ts';
import type { EndpointPool, PoolCounts } from '../pool/endpoint-pool.ts';
import type { LeaseCounts } from '../pool/leases.ts';
import { addressText } from '../settings/address.ts';
import type { ServiceSettings } from '../settings/service.options.ts';

/** An endpoint with its health and its connections. */
export interface EndpointSnapshot {
  address: string;
  weight: number;
  /**
   * State with consecutive failures, times down, and remaining time down or held. `UP` until proven
   * otherwise: `isProven` tells whether a connection has ever succeeded, `isFailing` whether it has
   * failed often enough to go down, but is the last endpoint that is left.
   */
  health: {
    state: HealthState['kind'];
    failures: number;
    times: number;
    forMs: number;
    isProven: boolean;
    isFailing: boolean;
  };
  /** `open = idle + inUse`. */
  open: number;
  idle: number;
  inUse: number;
  /** Maximum of open connections. */
  max: number;
  waiting: number;
  /** `opened = closed + open`. */
  counts: PoolCounts;
}

/** State of one tier of a service. */
export interface TierSnapshot {
  /** Configured addresses. */
  addresses: string[];
  /** Endpoints that they resolve to; empty: not resolved yet. */
  endpoints: EndpointSnapshot[];
}

/** Durations and failures of one phase of connecting. */
export interface PhaseSnapshot {
  count: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** State of one service. */
export interface ServiceSnapshot {
  name: string;
  aliases: readonly string[];
  tls: boolean;
  tiers: TierSnapshot[];
  /** `requested = given + failed + abandoned + pending`. */
  requests: RequestCounts & { pending: number };
  /** `leased = released + destroyed + held`. */
  leases: LeaseCounts & { held: number };
  phases: Record<Phase, PhaseSnapshot>;
  throttle: { chance: number; heldBack: number };
  retries: { left: number; refused: number };
  /** Counts by error code since the start. */
  errors: Record<string, number>;
  lastErrors: RecentError[];
}

/** Connections of one manager: of a process or a pool thread. */
export interface ConnectionsSnapshot {
  sockets: { open: number; max: number; waiting: number };
  names: { asked: number; failed: number };
  services: ServiceSnapshot[];
}

export function connectionsSnapshot(
  services: Iterable<Service>,
  home: ServiceHome,
): ConnectionsSnapshot {
  const { slots, names } = home;
  const { addresses, services: records } = names;
  return {
    sockets: { open: slots.total, max: slots.max, waiting: slots.waiting },
    names: {
      asked: addresses.counts.asked + records.counts.asked,
      failed: addresses.counts.failed + records.counts.failed,
    },
    services: [...services].map((service) => serviceSnapshot(service, home)),
  };
}

function serviceSnapshot(service: Service, home: ServiceHome): ServiceSnapshot {
  const { settings, gate, leases, budget } = service;
  const { counts, throttle } = gate;
  const { requests } = counts;
  const { requested, given, failed, abandoned } = requests;
  const now = home.clock.now();
  return {
    name: settings.name,
    aliases: settings.aliases,
    tls: settings.tls !== undefined,
    tiers: tiersOf(service, home),
    requests: { ...requests, pending: requested - given - failed - abandoned },
    leases: { ...leases.counts, held: leases.held },
    phases: phasesOf(service),
    throttle: { chance: rounded(throttle.chance(now)), heldBack: throttle.heldBack },
    retries: { left: Math.floor(budget.left(now)), refused: budget.refused },
    errors: Object.fromEntries(counts.byCode),
    lastErrors: [...counts.recent],
  };
}

function tiersOf({ settings, tiers, pools }: Service, home: ServiceHome): TierSnapshot[] {
  const byKey = new Map([...pools].map((pool) => [pool.endpoint.key, pool]));
  return settings.tiers.map((addresses, tier) => {
    const endpoints = tiers.seen(tier) ?? [];
    return {
      addresses: addresses.map(addressText),
      endpoints: endpoints.map((one) =>
        endpointSnapshot(one, { pool: byKey.get(one.key), settings }, home),
      ),
    };
  });
}

function endpointSnapshot(
  { key, weight }: Endpoint,
  { pool, settings }: { pool: EndpointPool | undefined; settings: ServiceSettings },
  home: ServiceHome,
): EndpointSnapshot {
  const open = pool?.open ?? 0;
  const idle = pool?.idle.size ?? 0;
  return {
    address: key,
    weight: rounded(weight),
    health: healthOf(home.healthOf(key), settings.health, home.clock.now()),
    open,
    idle,
    inUse: open - idle,
    max: settings.maxConnections,
    waiting: pool?.waiting ?? 0,
    counts: { ...(pool?.counts ?? { opened: 0, closed: 0, reused: 0 }) },
  };
}

function healthOf(
  health: AddressHealth,
  options: HealthOptions,
  now: number,
): EndpointSnapshot['health'] {
  // Ends a hold that has expired since the last look.
  health.isHeld(now);
  const { state, isProven } = health;
  return {
    isProven,
    isFailing: health.isFailing(options),
    state: state.kind,
    failures: state.kind === 'UP' ? state.failures : 0,
    times: state.kind === 'HELD' ? 0 : state.times,
    forMs: 'until' in state ? Math.max(0, Math.round(state.until - now)) : 0,
  };
}

function phasesOf({ recorder }: Service): Record<Phase, PhaseSnapshot> {
  const phases = PHASES.map((phase) => {
    const { count, p50, p95, p99, max } = recorder.durationOf(phase).snapshot();
    return [phase, { count, p50Ms: p50, p95Ms: p95, p99Ms: p99, maxMs: max }] as const;
  });
  return Object.fromEntries(phases) as Record<Phase, PhaseSnapshot>;
}
