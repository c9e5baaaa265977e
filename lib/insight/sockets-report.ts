import type { OutgoingSocket } from './outgoing-sockets.ts';

/** One socket of this process. */
export interface SocketRow {
  /** File descriptor; null: the system does not tell. */
  fd: number | null;
  kind: 'listening' | 'incoming' | 'outgoing' | 'pipe' | 'udp' | 'other';
  local: string;
  remote: string;
  /** What was written and has not been sent, in bytes. */
  writeQueueBytes: number;
  /** When it was opened, in milliseconds since the epoch, where that is known. */
  openedAt: number | null;
  /** Request in which it was opened. */
  openedBy: string;
}

/** Sockets that are told of; how many there are is told besides. */
const MAX_ROWS = 2_000;

interface UvEndpoint {
  host?: string;
  ip4?: string;
  ip6?: string;
  port?: number;
}

/** A handle of libuv, as the diagnostic report has it. */
export interface UvHandle {
  type: string;
  fd?: number;
  writeQueueSize?: number;
  localEndpoint?: UvEndpoint | string | null;
  remoteEndpoint?: UvEndpoint | string | null;
}

/** The sockets among the handles of libuv, joined to what is known of those that were opened here. */
export function socketRows(
  handles: readonly UvHandle[],
  outgoing: ReadonlyMap<string, OutgoingSocket>,
): { total: number; rows: SocketRow[] } {
  const sockets = handles.filter(({ type }) => ['tcp', 'pipe', 'udp'].includes(type));
  const rows = sockets.slice(0, MAX_ROWS).map((handle) => rowOf(handle, outgoing));
  return { total: sockets.length, rows };
}

function rowOf(handle: UvHandle, outgoing: ReadonlyMap<string, OutgoingSocket>): SocketRow {
  const local = endOf(handle.localEndpoint);
  const remote = endOf(handle.remoteEndpoint);
  const known = outgoing.get(local);
  return {
    fd: handle.fd ?? null,
    kind: kindOf(handle.type, { remote, isOutgoing: known !== undefined }),
    local,
    remote,
    writeQueueBytes: handle.writeQueueSize ?? 0,
    openedAt: known?.openedAt ?? null,
    openedBy: known?.openedBy ?? '',
  };
}

function kindOf(
  type: string,
  { remote, isOutgoing }: { remote: string; isOutgoing: boolean },
): SocketRow['kind'] {
  if (type === 'pipe') return 'pipe';
  if (type === 'udp') return 'udp';
  if (isOutgoing) return 'outgoing';
  return remote === '' ? 'listening' : 'incoming';
}

function endOf(end: UvEndpoint | string | null | undefined): string {
  if (end === null || end === undefined) return '';
  if (typeof end === 'string') return end;
  const address = end.ip4 ?? end.ip6 ?? end.host ?? '';
  return end.port === undefined ? address : `${address}:${end.port}`;
}

/** The handles of this process. Names of hosts are not looked up: that would take long. */
export function readHandles(): UvHandle[] {
  // Node has it since 22; the types do not know of it yet.
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const before = report.excludeNetwork ?? false;
  report.excludeNetwork = true;
  try {
    const { libuv } = report.getReport() as { libuv?: UvHandle[] };
    return libuv ?? [];
  } finally {
    report.excludeNetwork = before;
  }
}
