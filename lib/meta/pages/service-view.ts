import type { WorkerReports } from '../../reports/report-types.ts';
import { endpointState } from '../model/dependencies.ts';
import { badge, count, duration } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, type FactsOf, factsOf } from '../view/parts.ts';
import { type Column, type ColumnsOf, columnsOf, table } from '../view/table.ts';

export type Connections = WorkerReports['connections'];
type Service = Connections['services'][number];
type Endpoint = Service['tiers'][number]['endpoints'][number];
type Phase = keyof Service['phases'];

/** Names of the phases of connecting. */
export const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  wait: 'Wait',
  dns: 'DNS',
  tcp: 'Connect',
  tls: 'TLS',
  firstByte: 'First byte',
};

const ENDPOINTS = columnsOf<Endpoint>({
  address: { label: 'Endpoint', kind: 'code', of: ({ address }) => address },
  weight: { label: 'Weight', kind: 'count', of: ({ weight }) => weight },
  health: [
    {
      label: 'State',
      kind: 'state',
      of: (endpoint) => endpointState(endpoint),
      show: (endpoint) => badge(endpointState(endpoint)),
    },
    { label: 'Failures', kind: 'count', of: ({ health }) => health.failures },
    { label: 'Times down', kind: 'count', of: ({ health }) => health.times },
    { label: 'Down for', kind: 'duration', of: ({ health }) => health.forMs },
  ],
  open: { label: 'Open', kind: 'count', of: ({ open }) => open },
  idle: { label: 'Idle', kind: 'count', of: ({ idle }) => idle },
  inUse: { label: 'In use', kind: 'count', of: ({ inUse }) => inUse },
  max: { label: 'Max', kind: 'count', of: ({ max }) => max },
  waiting: { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  counts: [
    { label: 'Opened', kind: 'count', of: ({ counts }) => counts.opened },
    { label: 'Closed', kind: 'count', of: ({ counts }) => counts.closed },
    { label: 'Reused', kind: 'count', of: ({ counts }) => counts.reused },
  ],
});

type PhaseFigures = Service['phases'][Phase];

interface PhaseRow {
  phase: string;
  of: PhaseFigures;
}

const FIGURES: ColumnsOf<PhaseFigures> = {
  count: { label: 'Count', kind: 'count', of: ({ count: times }) => times },
  p50Ms: { label: 'p50', kind: 'duration', of: ({ p50Ms }) => p50Ms },
  p95Ms: { label: 'p95', kind: 'duration', of: ({ p95Ms }) => p95Ms },
  p99Ms: { label: 'p99', kind: 'duration', of: ({ p99Ms }) => p99Ms },
  maxMs: { label: 'Max', kind: 'duration', of: ({ maxMs }) => maxMs },
};

const PHASES: readonly Column<PhaseRow>[] = [
  { label: 'Phase', of: ({ phase }) => phase },
  ...columnsOf(FIGURES).map(({ label, kind = 'text', of }): Column<PhaseRow> => {
    return { label, kind, of: (row) => of(row.of) };
  }),
];

const ERRORS = columnsOf<Service['lastErrors'][number]>({
  at: { label: 'When', kind: 'moment', of: ({ at }) => at },
  code: { label: 'Code', kind: 'code', of: ({ code }) => code },
  message: { label: 'Error', of: ({ message }) => message },
  address: { label: 'Endpoint', kind: 'code', of: ({ address }) => address },
});

const FACTS: FactsOf<Service> = {
  name: 'elsewhere',
  aliases: ({ aliases }) => ({ label: 'Aliases', value: aliases.join(', ') }),
  tls: ({ tls }) => ({ label: 'TLS', value: tls }),
  tiers: ({ tiers }) => ({
    label: 'Addresses by tier',
    value: tiers.map(({ addresses }) => addresses.join(', ')).join('; '),
    kind: 'code',
  }),
  requests: ({ requests: { requested, given, failed, abandoned, pending } }) => [
    { label: 'Requested', value: requested },
    { label: 'Granted', value: given },
    { label: 'Failed', value: failed },
    { label: 'Abandoned', value: abandoned },
    { label: 'Pending', value: pending },
  ],
  leases: ({ leases: { leased, released, destroyed, broken, held } }) => [
    { label: 'Leased', value: leased },
    { label: 'Released', value: released },
    { label: 'Destroyed', value: destroyed },
    { label: 'Broken while held', value: broken },
    { label: 'Held', value: held },
  ],
  phases: 'elsewhere',
  throttle: ({ throttle: { chance, heldBack } }) => [
    { label: 'Throttled share', value: chance, kind: 'percent' },
    { label: 'Throttled requests', value: heldBack },
  ],
  retries: ({ retries: { left, refused } }) => [
    { label: 'Retries left', value: left },
    { label: 'Retries refused', value: refused },
  ],
  errors: ({ errors }) => ({
    label: 'Errors by code',
    value: Object.entries(errors)
      .map(([code, times]) => `${code} ${count(times)}`)
      .join(', '),
  }),
  lastErrors: 'elsewhere',
};

/** All figures of a service in one worker. */
export function serviceView(service: Service, id: string): Html {
  const { tiers, phases, lastErrors } = service;
  const rows = (Object.keys(phases) as Phase[]).map((phase) => {
    return { phase: PHASE_NAMES[phase] ?? phase, of: phases[phase] };
  });
  return html`${tiers.map(({ endpoints }, tier) =>
    table(ENDPOINTS, endpoints, {
      id: `endpoints-${id}-${tier}`,
      caption: `Endpoints of tier ${tier + 1}`,
      empty: `Tier ${tier + 1}: no name is resolved yet.`,
    }),
  )}
  ${table(PHASES, rows, { id: `phases-${id}`, caption: 'Phases of connecting', empty: '' })}
  ${facts(factsOf(FACTS, service))}
  ${table(ERRORS, lastErrors, { id: `service-errors-${id}`, caption: 'Last errors', empty: 'No errors.' })}`;
}

type Shared = Pick<Connections, 'sockets' | 'names'>;

/** Sockets and names that all services of a worker share, summed over workers. */
export function socketFacts(all: readonly Shared[]): Html {
  const sum = (of: (one: Shared) => number): number => {
    return all.reduce((total, one) => total + of(one), 0);
  };
  const sockets = `${count(sum((one) => one.sockets.open))} of ${count(sum((one) => one.sockets.max))}`;
  return facts([
    { label: 'Sockets open', value: sockets },
    { label: 'Waiting for a socket', value: sum((one) => one.sockets.waiting) },
    { label: 'DNS queries', value: sum(({ names }) => names.asked) },
    { label: 'DNS queries failed', value: sum(({ names }) => names.failed) },
  ]);
}

/** p95 of each phase that was measured. */
export function phasesText(p95Ms: Readonly<Record<Phase, number | null>>): Html {
  const measured = (Object.keys(p95Ms) as Phase[]).flatMap((phase) => {
    const ms = p95Ms[phase];
    return ms === null ? [] : [[PHASE_NAMES[phase] ?? phase, duration(ms)] as const];
  });
  return measured.length === 0 ? html`<span class="unknown">–</span>` : pairs(measured);
}

/** Names and values in a cell of a table. */
export function pairs(list: readonly (readonly [string, string])[]): Html {
  return html`<dl class="pairs">
    ${list.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
