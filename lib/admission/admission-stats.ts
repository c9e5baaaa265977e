import type { Stats } from '../stats/stats.ts';
import type { AdmissionControl } from './admission-control.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { Ticket } from './ticket.ts';

/** Exports admission as statistics, read on demand. The returned function stops that. */
export function reportAdmissionStats(
  stats: Stats,
  control: AdmissionControl,
  slot: string,
): () => void {
  return stats.collect(() => {
    const { fraction, lagMs, memory, bypass } = control.snapshot();
    const labels = { slot };
    stats
      .gauge('buttress.admission.fraction', { help: FRACTION, unit: 'ratio' }, labels)
      .set(fraction);
    stats
      .gauge('buttress.admission.lag', { help: LAG, unit: 'seconds' }, labels)
      .set(lagMs / 1_000);
    stats
      .gauge('buttress.admission.memory', { help: MEMORY, unit: 'ratio' }, labels)
      .set(memory.fraction);
    for (const [path, { admitted }] of Object.entries(bypass)) {
      stats
        .counter('buttress.admission.bypassed', { help: BYPASSED }, { path })
        .observe(() => admitted);
    }
    for (const group of control.plans.groups) reportGroup(stats, group, slot);
  });
}

function reportGroup(stats: Stats, group: AdmissionGroup<Ticket>, slot: string): void {
  const own = { route: group.name, slot };
  stats.gauge('buttress.admission.limit', { help: LIMIT }, own).set(group.limiter.limit);
  stats.gauge('buttress.admission.in_flight', { help: IN_FLIGHT }, own).set(group.inFlight);
  stats.gauge('buttress.admission.waiting', { help: WAITING }, own).set(group.waiting.length);
  const route = { route: group.name };
  stats
    .counter('buttress.admission.admitted', { help: ADMITTED }, route)
    .observe(() => group.admitted);
  stats.counter('buttress.admission.left', { help: LEFT }, route).observe(() => group.left);
  for (const { reason, priority, count } of group.refused.entries()) {
    const labelled = { ...route, reason, priority };
    stats.counter('buttress.admission.refused', { help: REFUSED }, labelled).observe(() => count);
  }
}

const FRACTION = 'Fraction of all requests that the lag of the event loop lets in';
const LAG = 'Event loop lag: length of the turn that a request waits for';
const MEMORY = 'Fraction of the nearest memory limit that is in use';
const BYPASSED = 'Probes and preflights that bypassed admission';
const LIMIT = 'Requests that may be in flight';
const IN_FLIGHT = 'Requests in flight';
const WAITING = 'Requests waiting for admission';
const ADMITTED = 'Requests admitted';
const LEFT = 'Requests whose client left while waiting';
const REFUSED = 'Requests refused';
