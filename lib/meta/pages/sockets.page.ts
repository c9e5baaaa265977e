import type { SocketRow } from '../../insight/sockets-report.ts';
import type { Answers } from '../group-reports.provider.ts';
import { html } from '../view/html.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

interface Socket extends SocketRow {
  worker: number;
  /** Configured service of the remote address; empty: none. */
  service: string;
}

interface Sockets {
  total: number;
  rows: Socket[];
}

const COLUMNS = columnsOf<Socket>({
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  fd: { label: 'FD', kind: 'count', of: ({ fd }) => fd },
  kind: { label: 'Kind', of: ({ kind }) => kind },
  local: { label: 'Local', kind: 'code', of: ({ local }) => local },
  remote: { label: 'Remote', kind: 'code', of: ({ remote }) => remote },
  service: { label: 'Service', of: ({ service }) => service },
  openedAt: { label: 'Opened', kind: 'moment', of: ({ openedAt }) => openedAt },
  openedBy: { label: 'Opened by', kind: 'code', of: ({ openedBy }) => openedBy },
  writeQueueBytes: {
    label: 'Send queue',
    kind: 'bytes',
    of: ({ writeQueueBytes }) => writeQueueBytes,
  },
});

/** Every socket of every worker. */
export const socketsPage = page<Sockets>({
  name: 'sockets',
  title: 'Sockets',
  section: 'Dependencies',
  about: 'Every socket: its FD, addresses, opener and age.',
  refreshMs: 10_000,
  async load({ reports, worker }) {
    const [sockets, connections] = await Promise.all([
      reports.gather('sockets', { worker, timeoutMs: 1_000 }),
      reports.gather('connections', { worker }),
    ]);
    const services = servicesIn(connections.data);
    const rows = sockets.data.flatMap(({ worker: id, value }) =>
      value.rows.map((row) => ({ ...row, worker: id, service: services.get(row.remote) ?? '' })),
    );
    const total = sockets.data.reduce((sum, { value }) => sum + value.total, 0);
    return { ...sockets, data: { total, rows } };
  },
  render({ data: { total, rows } }) {
    const more =
      total > rows.length ? html`<p class="hint">${rows.length} of ${total} are shown.</p>` : '';
    return html`${more}${table(COLUMNS, rows, { id: 'sockets', caption: 'Sockets', empty: 'No sockets.' })}`;
  },
});

/** Names of services by remote address. */
function servicesIn(answers: Answers<'connections'>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, tiers } of answers.flatMap(({ value }) => value.services)) {
    for (const { address } of tiers.flatMap(({ endpoints }) => endpoints)) found.set(address, name);
  }
  return found;
}
