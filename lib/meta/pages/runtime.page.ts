import type { RuntimeReport } from '../../insight/runtime-report.ts';
import { percent } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, meter, perWorker, section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const SPACES: readonly Column<RuntimeReport['spaces'][number]>[] = [
  { label: 'Space', kind: 'code', of: ({ name }) => name },
  { label: 'Used', kind: 'bytes', of: ({ usedBytes }) => usedBytes },
  { label: 'Size', kind: 'bytes', of: ({ sizeBytes }) => sizeBytes },
  { label: 'Available', kind: 'bytes', of: ({ availableBytes }) => availableBytes },
  {
    label: 'Full',
    kind: 'percent',
    of: ({ usedBytes, sizeBytes }) => (sizeBytes === 0 ? 0 : usedBytes / sizeBytes),
    show: ({ usedBytes, sizeBytes, name }) =>
      meter(sizeBytes === 0 ? 0 : usedBytes / sizeBytes, name),
  },
];

/** Node and V8 in the workers. */
export const runtimePage = reportPage({
  name: 'runtime',
  title: 'Runtime',
  group: 'Inside',
  about:
    'Node, V8 and libuv in each worker: versions, heap, event loop, thread pool. Pauses of the garbage collector are statistics.',
  render: ({ data }) => perWorker(data, show),
});

function show({ versions, heap, spaces, loop, threadPool }: RuntimeReport, worker: number): Html {
  return html`${facts([
      { label: 'Node', value: versions['node'] ?? '' },
      { label: 'V8', value: versions['v8'] ?? '' },
      { label: 'OpenSSL', value: versions['openssl'] ?? '' },
      { label: 'libuv', value: versions['uv'] ?? '' },
      {
        label: 'Heap',
        value: html`${meter(heap.usedBytes / heap.limitBytes, 'Heap')}
        ${percent(heap.usedBytes / heap.limitBytes)} of its limit`,
      },
      { label: 'Heap used', value: heap.usedBytes, kind: 'bytes' },
      { label: 'Heap limit', value: heap.limitBytes, kind: 'bytes' },
      { label: 'Outside of the heap', value: heap.externalBytes, kind: 'bytes' },
      { label: 'Contexts, forgotten ones', value: `${heap.contexts}, ${heap.detachedContexts}` },
      {
        label: 'Event loop busy',
        value: loop.utilization,
        kind: 'percent',
        help: 'Since the start',
      },
      { label: 'Turns of the loop', value: loop.iterations },
      { label: 'Events', value: loop.events },
      {
        label: 'Events that waited',
        value: loop.eventsWaiting,
        help: 'They were there before the loop asked',
      },
      { label: 'Threads of libuv', value: threadPool.threads },
    ])}
    <p class="hint">
      <a href="/stats/nodejs.gc_pause">Pauses of the garbage collector</a>,
      <a href="/stats/nodejs.eventloop_delay">lateness of the event loop</a>,
      <a href="/stats/nodejs.threadpool_wait">waits for the thread pool</a>
    </p>
    ${section('Spaces of the heap', table(SPACES, spaces, { id: `spaces-${worker}`, caption: 'Heap spaces', empty: '', canFilter: false }))}
    ${section('All versions', facts(Object.entries(versions).map(([label, value]) => ({ label, value: value ?? '' }))))}`;
}
