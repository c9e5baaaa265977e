import type { RuntimeReport } from '../../insight/runtime-report.ts';
import { percent } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, meter, perWorker, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const SPACES = columnsOf<RuntimeReport['spaces'][number]>({
  name: { label: 'Space', kind: 'code', of: ({ name }) => name },
  usedBytes: [
    { label: 'Used', kind: 'bytes', of: ({ usedBytes }) => usedBytes },
    {
      label: 'Utilization',
      kind: 'percent',
      of: ({ usedBytes, sizeBytes }) => (sizeBytes === 0 ? 0 : usedBytes / sizeBytes),
      show: ({ usedBytes, sizeBytes, name }) =>
        meter(sizeBytes === 0 ? 0 : usedBytes / sizeBytes, name),
    },
  ],
  sizeBytes: { label: 'Size', kind: 'bytes', of: ({ sizeBytes }) => sizeBytes },
  availableBytes: {
    label: 'Available',
    kind: 'bytes',
    of: ({ availableBytes }) => availableBytes,
  },
});

const HEAP: FactsOf<RuntimeReport['heap']> = {
  usedBytes: ({ usedBytes, limitBytes }) => [
    {
      label: 'Heap',
      value: html`${meter(usedBytes / limitBytes, 'Heap')} ${percent(usedBytes / limitBytes)} of its
      limit`,
    },
    { label: 'Heap used', value: usedBytes, kind: 'bytes' },
  ],
  totalBytes: ({ totalBytes }) => ({ label: 'Heap reserved', value: totalBytes, kind: 'bytes' }),
  limitBytes: ({ limitBytes }) => ({ label: 'Heap limit', value: limitBytes, kind: 'bytes' }),
  externalBytes: ({ externalBytes }) => ({
    label: 'External',
    value: externalBytes,
    kind: 'bytes',
  }),
  mallocedBytes: ({ mallocedBytes }) => ({
    label: 'Malloced by V8',
    value: mallocedBytes,
    kind: 'bytes',
  }),
  contexts: ({ contexts, detachedContexts }) => ({
    label: 'Contexts, detached',
    value: `${contexts}, ${detachedContexts}`,
  }),
  detachedContexts: 'elsewhere',
};

const LOOP: FactsOf<RuntimeReport['loop']> = {
  utilization: ({ utilization }) => ({
    label: 'Event loop utilization',
    value: utilization,
    kind: 'percent',
    help: 'Since the start',
  }),
  iterations: ({ iterations }) => ({ label: 'Loop iterations', value: iterations }),
  events: ({ events }) => ({ label: 'Events', value: events }),
  eventsWaiting: ({ eventsWaiting }) => ({
    label: 'Events waiting',
    value: eventsWaiting,
    help: 'Pending already when the loop polled',
  }),
};

/** Facts of Node and V8 before the tables. */
const FACTS: FactsOf<RuntimeReport> = {
  versions: ({ versions }) => [
    { label: 'Node', value: versions['node'] ?? '' },
    { label: 'V8', value: versions['v8'] ?? '' },
    { label: 'OpenSSL', value: versions['openssl'] ?? '' },
    { label: 'libuv', value: versions['uv'] ?? '' },
  ],
  flags: ({ flags }) => ({ label: 'Node options', value: flags }),
  heap: ({ heap }) => factsOf(HEAP, heap),
  loop: ({ loop }) => factsOf(LOOP, loop),
  threadPool: ({ threadPool }) => ({ label: 'libuv threads', value: threadPool.threads }),
  spaces: 'elsewhere',
};

/** Node and V8 in the workers. */
export const runtimePage = reportPage({
  name: 'runtime',
  title: 'Runtime',
  section: 'Workers',
  about: 'Node, V8 and libuv of each worker: versions, heap, event loop, thread pool.',
  render: ({ data }) => perWorker(data, show),
});

function show(report: RuntimeReport, worker: number): Html {
  const { versions, spaces } = report;
  return html`${facts(factsOf(FACTS, report))}
    <p class="hint">
      <a href="/stats/nodejs.gc_pause">GC pauses</a>,
      <a href="/stats/nodejs.eventloop_delay">event loop lag</a>,
      <a href="/stats/nodejs.threadpool_wait">thread pool wait</a>
    </p>
    ${section('Heap spaces', table(SPACES, spaces, { id: `spaces-${worker}`, caption: 'Heap spaces', empty: '', canFilter: false }))}
    ${section('All versions', facts(Object.entries(versions).map(([label, value]) => ({ label, value: value ?? '' }))))}`;
}
