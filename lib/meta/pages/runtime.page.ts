import type { RuntimeReport } from '../../insight/runtime-report.ts';
import { bytes, percent } from '../view/format.ts';
import { html } from '../view/html.ts';
import { type FactsOf, factsOf, meter } from '../view/parts.ts';
import { varying, workerColumns } from '../view/worker-columns.ts';
import { reportPage } from './page.ts';

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

type Setup = 'versions' | 'flags' | 'threadPool';

/** Facts of Node and V8 that should be equal in all workers. */
const SETUP: FactsOf<Pick<RuntimeReport, Setup>> = {
  flags: ({ flags }) => ({ label: 'Node options', value: flags }),
  threadPool: ({ threadPool }) => ({ label: 'libuv threads', value: threadPool.threads }),
  versions: ({ versions }) =>
    Object.entries(versions).map(([name, version]) => ({
      label: `Version: ${name}`,
      value: version ?? '',
    })),
};

/** Measurements, which differ. */
const FIGURES: FactsOf<Omit<RuntimeReport, Setup>> = {
  heap: ({ heap }) => factsOf(HEAP, heap),
  loop: ({ loop }) => factsOf(LOOP, loop),
  spaces: ({ spaces }) =>
    spaces.map(({ name, usedBytes, sizeBytes, availableBytes }) => ({
      label: `Heap space: ${name}`,
      value: `${bytes(usedBytes)} of ${bytes(sizeBytes)}, ${bytes(availableBytes)} available`,
    })),
};

/** Node and V8 in the workers. */
export const runtimePage = reportPage({
  name: 'runtime',
  title: 'Runtime',
  section: 'Workers',
  about: 'Node, V8 and libuv of each worker: versions, heap, event loop, thread pool.',
  render: ({ data }) => {
    const columns = data.map(({ worker, value }) => ({
      worker,
      facts: [...varying(factsOf(FIGURES, value)), ...factsOf(SETUP, value)],
    }));
    return html`${workerColumns(columns, { id: 'runtimes', caption: 'Runtime of each worker' })}
      <p class="hint">
        <a href="/stats/v8js.gc.duration">GC pauses</a>,
        <a href="/stats/nodejs.eventloop_delay">event loop lag</a>,
        <a href="/stats/nodejs.threadpool_wait">thread pool wait</a>
      </p>`;
  },
});
