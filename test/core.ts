/**
 * What the package promises to its users, and the file that shows it first. `npm test` runs these
 * files, and all of units and integration: one quick test of real processes for each promise, with
 * none but generous limits of time. The rest, `npm run test:rest`, has the
 * same faults in other ways, in larger numbers, and against the clock.
 */
export const PROMISES = {
  'a blocked worker loses what it has not claimed to another': 'e2e/faults/blocked-workers',
  'the accept queue is bounded, and the rest gets a 503': 'e2e/faults/blocked-workers',
  'a blocked loop is named by the line that blocks it': 'e2e/faults/blocked-loop',
  'a worker that crashes answers first, and is replaced': 'e2e/faults/crashing-worker',
  'a worker is recycled before it does harm': 'e2e/faults/recycling-causes',
  'a reload loses no request': 'e2e/faults/reload-under-load',
  'SIGTERM drains, and a second one ends at once': 'e2e/faults/drain',
  'a service manager hands over its socket and hears of readiness': 'e2e/process/socket-activation',
  'overload is refused, and probes are answered meanwhile': 'e2e/overload/probes',
  'a deadline that passes is a 504': 'integration/admission/queueing',
  '@CpuBound runs in a thread': 'e2e/threads/calls',
  'a full pool of threads is a 503': 'e2e/threads/http',
  'connections fall back to the next tier': 'integration/connections/services',
  'BufferedSocket reads what its page shows': 'e2e/buffered-socket/examples',
  'TLS, HTTP/2 and WebSockets are handed over': 'e2e/adapter/protocols',
  'pages answer as JSON and as HTML, whatever workers do': 'e2e/meta/meta',
  'metrics add up over all workers': 'e2e/reports/metrics',
  'one process drains as a worker does': 'e2e/process/single-drain',
  'a project of CommonJS has a group': 'e2e/group/commonjs',
  'the sample does what its README says': 'e2e/sample/receipts',
} as const;

/** The files of promises that need real processes. */
export const CORE = [...new Set(Object.values(PROMISES))]
  .filter((file) => file.startsWith('e2e/'))
  .map((file) => `test/${file}.e2e-spec.ts`);
