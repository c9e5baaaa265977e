import { processLifecycle } from '../../common/process/lifecycle.ts';
import type { Labels } from '../../stats/family.ts';
import type { Stats } from '../../stats/stats.ts';
import type { ServiceSnapshot } from './connections-snapshot.ts';
import type { ManagedServices } from './managed-services.ts';

/** Registers connection metrics, updated on collection. The returned function ends that. */
export function reportConnectionsStats(stats: Stats, services: ManagedServices): () => void {
  const slot = String(processLifecycle().identity.slot);
  const endpoints = new EndpointStates(stats);
  return stats.collect(() => {
    endpoints.show(services.snapshot().services);
    for (const service of services.byName.values()) {
      const labels = { service: service.settings.name };
      const own = { ...labels, slot };
      let [open, idle, waiting] = [0, 0, 0];
      for (const pool of service.pools) {
        open += pool.open;
        idle += pool.idle.size;
        waiting += pool.waiting;
      }
      stats.gauge('buttress.service.connections_open', { help: OPEN }, own).set(open);
      stats.gauge('buttress.service.connections_idle', { help: IDLE }, own).set(idle);
      stats.gauge('buttress.service.requests_waiting', { help: WAITING }, own).set(waiting);
      const { requests } = service.gate.counts;
      for (const what of ['given', 'failed', 'abandoned'] as const) {
        const labelled = { ...labels, result: what };
        stats
          .counter('buttress.service.requests', { help: REQUESTS }, labelled)
          .observe(() => requests[what]);
      }
    }
  });
}

/** Whether each endpoint is up. Endpoints come and go with what names resolve to. */
class EndpointStates {
  readonly #stats: Stats;
  #shown = new Map<string, Labels>();

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  show(services: readonly ServiceSnapshot[]): void {
    const present = new Map<string, Labels>();
    for (const { name: service, tiers } of services) {
      for (const { address, health } of tiers.flatMap((tier) => tier.endpoints)) {
        const labels = { service, address };
        present.set(`${service} ${address}`, labels);
        const isUp = health.state === 'UP' && !health.isFailing;
        this.#stats.gauge(UP, UP_OPTIONS, labels).set(Number(isUp));
      }
    }
    for (const [key, labels] of this.#shown) {
      if (!present.has(key)) this.#stats.removeGauge(UP, labels);
    }
    this.#shown = present;
  }
}

const UP = 'buttress.service.endpoint_up';
const UP_OPTIONS = {
  help: 'Fraction of workers and threads that use an address: 1 where all find it healthy',
  unit: 'ratio',
  merge: 'average',
} as const;
const OPEN = 'Open connections to a service';
const IDLE = 'Connections that wait to be used again';
const WAITING = 'Requests that wait for a socket';
const REQUESTS = 'Requests for a connection to a service';
