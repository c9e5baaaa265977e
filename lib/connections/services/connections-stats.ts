import { processLifecycle } from '../../common/lifecycle.ts';
import type { Stats } from '../../stats/stats.ts';
import type { ManagedServices } from './managed-services.ts';

/** Registers connection metrics, updated on collection. The returned function ends that. */
export function reportStats(stats: Stats, services: ManagedServices): () => void {
  const slot = String(processLifecycle().identity.slot);
  return stats.collect(() => {
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

const OPEN = 'Open connections to a service';
const IDLE = 'Connections that wait to be used again';
const WAITING = 'Requests that wait for a socket';
const REQUESTS = 'Requests for a connection to a service';
