import type { WorkerReports } from '../../reports/report-types.ts';
import { type Html, html } from '../view/html.ts';
import { facts, perWorker, requestLink, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type Blocks = WorkerReports['blocked-loop'];

const FRAMES = columnsOf<Blocks['frames'][number]>({
  frame: {
    label: 'Function',
    kind: 'code',
    of: ({ frame }) => frame,
    show: ({ frame, stack }) =>
      html`<details>
        <summary><code>${frame}</code></summary>
        <pre>${stack.join('\n')}</pre>
      </details>`,
  },
  count: { label: 'Blocks', kind: 'count', of: ({ count }) => count },
  totalMs: { label: 'Total time', kind: 'duration', of: ({ totalMs }) => totalMs },
  longestMs: { label: 'Max', kind: 'duration', of: ({ longestMs }) => longestMs },
  lastAt: { label: 'Last', kind: 'moment', of: ({ lastAt }) => lastAt },
  requestId: {
    label: 'Last request',
    kind: 'code',
    of: ({ requestId }) => requestId,
    show: ({ requestId }) => requestLink(requestId),
  },
  stack: 'elsewhere',
});

const LATEST = columnsOf<Blocks['latest'][number]>({
  at: { label: 'When', kind: 'moment', of: ({ at }) => at },
  blockedMs: { label: 'Blocked', kind: 'duration', of: ({ blockedMs }) => blockedMs },
  frame: { label: 'Function', kind: 'code', of: ({ frame }) => frame },
  requestId: {
    label: 'Request',
    kind: 'code',
    of: ({ requestId }) => requestId,
    show: ({ requestId }) => requestLink(requestId),
  },
});

/** Functions that blocked the event loop. */
export const blockedLoopPage = reportPage({
  name: 'blocked-loop',
  title: 'Blocked loops',
  section: 'Workers',
  about: 'Functions that blocked the event loop, by total time, with their stacks.',
  render: ({ data }) => perWorker(data, show),
});

function show({ blocks, longestMs, frames, latest }: Blocks, worker: number): Html {
  return html`${facts([
    { label: 'Blocks', value: blocks },
    { label: 'Max', value: longestMs, kind: 'duration' },
  ])}
  ${table(FRAMES, frames, {
    id: `frames-${worker}`,
    caption: 'Functions that blocked the loop',
    empty: 'The event loop was not blocked.',
  })}
  ${
    latest.length === 0
      ? ''
      : section(
          'Latest blocks',
          table(LATEST, latest.toReversed(), {
            id: `blocks-${worker}`,
            caption: 'Latest blocks',
            empty: '',
          }),
        )
  }`;
}
