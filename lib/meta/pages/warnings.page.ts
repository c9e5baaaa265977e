import type { NodeWarning } from '../../insight/node-warnings.ts';
import type { Warning } from '../../insight/warnings.ts';
import { html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const FINDINGS = columnsOf<Warning & { worker: number }>({
  level: {
    label: 'Severity',
    kind: 'state',
    of: ({ level }) => level,
    show: ({ level }) =>
      html`<span class="badge ${level === 'problem' ? 'poor' : 'fair'}">${level}</span>`,
  },
  text: { label: 'Finding', of: ({ text }) => text },
  advice: { label: 'Advice', of: ({ advice }) => advice },
  code: { label: 'Rule', kind: 'code', of: ({ code }) => code },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

const NODE = columnsOf<NodeWarning & { worker: number }>({
  lastAt: { label: 'Last', kind: 'moment', of: ({ lastAt }) => lastAt },
  count: { label: 'Count', kind: 'count', of: ({ count }) => count },
  name: { label: 'Name', kind: 'code', of: ({ name, code }) => `${name} ${code}`.trim() },
  code: 'elsewhere',
  message: { label: 'Message', of: ({ message }) => message },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

/** Findings of the rules, and warnings of Node. */
export const warningsPage = reportPage({
  name: 'warnings',
  title: 'Warnings',
  section: 'Overview',
  about: 'Findings of the rules, and warnings of Node.',
  refreshMs: 10_000,
  render({ data }) {
    const findings = data.flatMap(({ worker, value }) =>
      value.findings.map((one) => ({ ...one, worker })),
    );
    const node = data.flatMap(({ worker, value }) => value.node.map((one) => ({ ...one, worker })));
    const worst = findings.toSorted(
      (a, b) => Number(b.level === 'problem') - Number(a.level === 'problem'),
    );
    return html`${table(FINDINGS, worst, { id: 'findings', caption: 'Findings', empty: 'No findings.' })}
    ${section('Node warnings', table(NODE, node, { id: 'node-warnings', caption: 'Node warnings', empty: 'None.' }))}`;
  },
});
