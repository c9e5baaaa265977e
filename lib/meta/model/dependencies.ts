import { sumOf } from '../../common/sum-of.ts';
import type { RequestsReport } from '../../insight/request-log.ts';
import type { RequestRecord } from '../../insight/request-record.ts';
import type { WorkerReports } from '../../reports/report-types.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';

type Service = WorkerReports['connections']['services'][number];
type Endpoint = Service['tiers'][number]['endpoints'][number];
type Phase = keyof Service['phases'];

/**
 * State of an endpoint. Beside those of its health: `FAILING`: in use, but its last connection failed;
 * `UNTRIED`: no connection has succeeded, so that nothing is known.
 */
export type EndpointState = 'DOWN' | 'FAILING' | 'HELD' | 'PROBING' | 'UP' | 'UNTRIED';

/** Endpoint of a service over all workers. */
export interface DependencyEndpoint {
  address: string;
  /** 0 is used first. */
  tier: number;
  /** Worst state of a worker. */
  state: EndpointState;
  /** Workers by their state. */
  states: Partial<Record<EndpointState, number>>;
  /** Consecutive failures and remaining time down or held, the largest of a worker. */
  failures: number;
  forMs: number;
  open: number;
  idle: number;
  waiting: number;
  max: number;
}

/** Route with recorded requests that called the service. */
export interface DependencyRoute {
  route: string;
  requests: number;
}

/** A service that the application calls, over all workers. */
export interface Dependency {
  name: string;
  aliases: readonly string[];
  tls: boolean;
  /** `DEGRADED`: some endpoints are not usable. */
  state: EndpointState | 'DEGRADED';
  endpoints: DependencyEndpoint[];
  /** p95 by phase of connecting, of the slowest worker; null: not measured yet. */
  p95Ms: Record<Phase, number | null>;
  open: number;
  idle: number;
  waiting: number;
  max: number;
  requested: number;
  failed: number;
  /** Counts by error code since the start. */
  errors: Record<string, number>;
  lastError: (Service['lastErrors'][number] & { worker: number }) | null;
  routes: DependencyRoute[];
}

/** Worst first. */
const STATES: readonly EndpointState[] = ['DOWN', 'FAILING', 'HELD', 'PROBING', 'UP', 'UNTRIED'];

const UNUSABLE: ReadonlySet<EndpointState> = new Set(['DOWN', 'FAILING', 'HELD']);

/** What one worker knows of an endpoint: `UP` only after a connection that succeeded. */
export function endpointState({ health }: Endpoint): EndpointState {
  const { state, failures } = health;
  // Absent in reports of an older release.
  const { isProven = true } = health as Partial<typeof health>;
  if (state !== 'UP') return state;
  if (failures > 0) return 'FAILING';
  return isProven ? 'UP' : 'UNTRIED';
}

/** Services over all workers, those with trouble first. */
export function dependenciesOf(
  connections: Answers<'connections'>,
  requests: readonly WorkerAnswer<RequestsReport>[],
): Dependency[] {
  const own = connections.flatMap(({ worker, value }) => {
    return value.services.map((service) => ({ worker, service }));
  });
  const records = requests.flatMap(({ value }) => recordsOf(value));
  const byName = Map.groupBy(own, ({ service }) => service.name);
  return [...byName.values()]
    .map((same) => dependencyOf(same, records))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name));
}

function rankOf({ state }: Dependency): number {
  return state === 'DEGRADED' ? 0.5 : STATES.indexOf(state);
}

interface Own {
  worker: number;
  service: Service;
}

function dependencyOf(same: readonly Own[], records: readonly RequestRecord[]): Dependency {
  const services = same.map(({ service }) => service);
  const endpoints = endpointsOf(services);
  const sum = (of: (endpoint: DependencyEndpoint) => number): number => sumOf(endpoints, of);
  const { name = '', aliases = [], tls = false } = services[0] ?? {};
  return {
    name,
    aliases,
    tls,
    state: stateOf(endpoints.map(({ state }) => state)),
    endpoints,
    p95Ms: phasesOf(services),
    open: sum(({ open }) => open),
    idle: sum(({ idle }) => idle),
    waiting: sum(({ waiting }) => waiting),
    max: sum(({ max }) => max),
    requested: sumOf(services, ({ requests }) => requests.requested),
    failed: sumOf(services, ({ requests }) => requests.failed),
    errors: errorsOf(services),
    lastError: lastErrorOf(same),
    routes: routesOf([name, ...aliases], records),
  };
}

/** State of a service by those of its endpoints. */
function stateOf(states: readonly EndpointState[]): Dependency['state'] {
  const bad = states.filter((state) => UNUSABLE.has(state));
  if (bad.length > 0 && bad.length < states.length) return 'DEGRADED';
  return worstOf(states);
}

function worstOf(states: readonly EndpointState[]): EndpointState {
  return STATES.find((state) => states.includes(state)) ?? 'UNTRIED';
}

function endpointsOf(services: readonly Service[]): DependencyEndpoint[] {
  const all = services.flatMap(({ tiers }) => tiers.flatMap(endpointsOfTier));
  const byAddress = Map.groupBy(all, ({ tier, address }) => `${tier} ${address}`);
  return [...byAddress.values()].flatMap(mergedEndpoint).toSorted((a, b) => a.tier - b.tier);
}

/** Endpoints of a tier; without any, the configured addresses, which are not resolved yet. */
function endpointsOfTier(
  { addresses, endpoints }: Service['tiers'][number],
  tier: number,
): (Partial<Endpoint> & { tier: number; address: string; state: EndpointState })[] {
  if (endpoints.length === 0) {
    return addresses.map((address) => ({ tier, address, state: 'UNTRIED' as const }));
  }
  return endpoints.map((one) => ({ ...one, tier, state: endpointState(one) }));
}

function mergedEndpoint(same: ReturnType<typeof endpointsOfTier>): DependencyEndpoint[] {
  const [first] = same;
  if (first === undefined) return [];
  const { address, tier } = first;
  const states = STATES.map((state) => {
    return [state, same.filter((one) => one.state === state).length] as const;
  });
  return [
    {
      address,
      tier,
      state: worstOf(same.map(({ state }) => state)),
      states: Object.fromEntries(states.filter(([, workers]) => workers > 0)),
      failures: Math.max(0, ...same.map(({ health }) => health?.failures ?? 0)),
      forMs: Math.max(0, ...same.map(({ health }) => health?.forMs ?? 0)),
      open: sumOf(same, ({ open = 0 }) => open),
      idle: sumOf(same, ({ idle = 0 }) => idle),
      waiting: sumOf(same, ({ waiting = 0 }) => waiting),
      max: sumOf(same, ({ max = 0 }) => max),
    },
  ];
}

function phasesOf(services: readonly Service[]): Dependency['p95Ms'] {
  const names = Object.keys(services[0]?.phases ?? {}) as Phase[];
  const slowest = names.map((phase) => {
    const known = services.flatMap(({ phases }) => phases[phase]?.p95Ms ?? []);
    return [phase, known.length === 0 ? null : Math.max(...known)] as const;
  });
  return Object.fromEntries(slowest) as Dependency['p95Ms'];
}

function errorsOf(services: readonly Service[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [code, count] of services.flatMap(({ errors }) => Object.entries(errors))) {
    counts[code] = (counts[code] ?? 0) + count;
  }
  return counts;
}

function lastErrorOf(same: readonly Own[]): Dependency['lastError'] {
  const all = same.flatMap(({ worker, service }) => {
    return service.lastErrors.map((error) => ({ ...error, worker }));
  });
  return all.toSorted((a, b) => b.at - a.at)[0] ?? null;
}

/** Routes of recorded requests whose timeline has a step of the service, such as `rates.tcp`. */
function routesOf(names: readonly string[], records: readonly RequestRecord[]): DependencyRoute[] {
  const counts = new Map<string, number>();
  for (const { method, route, steps } of records) {
    const isUser = steps.some((step) => names.some((name) => step.name.startsWith(`${name}.`)));
    const key = `${method} ${route}`;
    if (isUser) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([route, requests]) => ({ route, requests })).toSorted(
    (a, b) => b.requests - a.requests,
  );
}

/** Records of a worker, each once: a failed one is kept by its latency, too. */
function recordsOf({ live, failed, classes }: RequestsReport): RequestRecord[] {
  const all = [...live, ...failed, ...classes.flatMap(({ requests }) => requests)];
  return [...new Map(all.map((record) => [record.id, record])).values()];
}
