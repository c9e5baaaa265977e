import type { NodeWarning } from '../../insight/node-warnings.ts';
import type { Warning } from '../../insight/warnings.ts';
import { html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const FINDINGS = columnsOf<Warning & { worker: number }>({
  level: {
    label: 'How bad',
    kind: 'state',
    of: ({ level }) => level,
    show: ({ level }) =>
      html`<span class="badge ${level === 'problem' ? 'poor' : 'fair'}">${level}</span>`,
  },
  text: { label: 'What', of: ({ text }) => text },
  advice: { label: 'What to do', of: ({ advice }) => advice },
  code: { label: 'Rule', kind: 'code', of: ({ code }) => code },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

const NODE = columnsOf<NodeWarning & { worker: number }>({
  lastAt: { label: 'Last', kind: 'moment', of: ({ lastAt }) => lastAt },
  count: { label: 'Times', kind: 'count', of: ({ count }) => count },
  name: { label: 'Name', kind: 'code', of: ({ name, code }) => `${name} ${code}`.trim() },
  code: 'elsewhere',
  message: { label: 'Message', of: ({ message }) => message },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

/** Findings of the rules, and warnings of Node. */
export const warningsPage = reportPage({
  name: 'warnings',
  title: 'Warnings',
  group: 'Now',
  about: 'What is not as it should be, found by rules; and what Node itself warned of.',
  refreshMs: 10_000,
  render({ data }) {
    const findings = data.flatMap(({ worker, value }) =>
      value.findings.map((one) => ({ ...one, worker })),
    );
    const node = data.flatMap(({ worker, value }) => value.node.map((one) => ({ ...one, worker })));
    const worst = findings.toSorted(
      (a, b) => Number(b.level === 'problem') - Number(a.level === 'problem'),
    );
    return html`${table(FINDINGS, worst, { id: 'findings', caption: 'Findings', empty: 'Nothing found.' })}
    ${section('Warnings of Node', table(NODE, node, { id: 'node-warnings', caption: 'Warnings of Node', empty: 'None.' }))}`;
  },
});
