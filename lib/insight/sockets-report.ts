import { createReadStream } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { inodeOfLink, parseSocketRow, type SocketEnd } from '../posix/socket-table.ts';
import type { OutgoingSocket } from './outgoing-sockets.ts';

/** Socket of this process. */
export interface SocketRow {
  /** File descriptor; null: unknown. */
  fd: number | null;
  kind: 'listening' | 'incoming' | 'outgoing' | 'pipe' | 'udp' | 'other';
  local: string;
  remote: string;
  /** Send queue: bytes not sent, or sent and not acknowledged. */
  writeQueueBytes: number;
  /** Time of opening, in milliseconds since the epoch; null: unknown. */
  openedAt: number | null;
  /** Method and route of the request that opened it; empty: unknown. */
  openedBy: string;
}

export interface SocketsReport {
  total: number;
  rows: SocketRow[];
}

/** Maximum number of rows; `total` counts all sockets. */
const MAX_ROWS = 2_000;

/** Number of descriptors resolved at once. */
const BATCH = 64;

const TABLES = [
  ['tcp', 'IPv4'],
  ['tcp6', 'IPv6'],
  ['udp', 'IPv4'],
  ['udp6', 'IPv6'],
] as const;

type Outgoing = ReadonlyMap<string, OutgoingSocket>;

/**
 * Lists the sockets of this process from the kernel's tables. Never blocks the event loop, unlike
 * Node's own report, which waits for every thread. Without such tables it lists the outgoing
 * connections that are tracked.
 */
export async function socketsReport(outgoing: Outgoing): Promise<SocketsReport> {
  try {
    return await fromKernel(outgoing);
  } catch {
    const rows = [...outgoing].map(([local, about]) => followed(local, about));
    return { total: rows.length, rows: rows.slice(0, MAX_ROWS) };
  }
}

async function fromKernel(outgoing: Outgoing): Promise<SocketsReport> {
  const left = await descriptorsByInode();
  const total = left.size;
  const rows: SocketRow[] = [];
  for (const [name, family] of TABLES) {
    // oxlint-disable-next-line no-await-in-loop -- one table after another
    await eachLine(`/proc/self/net/${name}`, (line) => {
      const row = parseSocketRow(line, family);
      const fd = row === undefined ? undefined : left.get(row.inode);
      if (row === undefined || fd === undefined) return;
      left.delete(row.inode);
      if (rows.length >= MAX_ROWS) return;
      rows.push(rowOf(fd, row, { isUdp: name.startsWith('udp'), outgoing }));
    });
  }
  const others = [...left.values()].map((fd) => otherRow(fd));
  return { total, rows: [...rows, ...others].slice(0, MAX_ROWS) };
}

function rowOf(
  fd: number,
  row: NonNullable<ReturnType<typeof parseSocketRow>>,
  { isUdp, outgoing }: { isUdp: boolean; outgoing: Outgoing },
): SocketRow {
  const local = textOf(row.local);
  const about = outgoing.get(local);
  return {
    fd,
    kind: isUdp ? 'udp' : kindOf(row.isListening, about !== undefined),
    local,
    remote: row.remote.port === 0 ? '' : textOf(row.remote),
    writeQueueBytes: row.unsentBytes,
    openedAt: about?.openedAt ?? null,
    openedBy: about?.openedBy ?? '',
  };
}

/** Row of a Unix socket, such as the group's own channels. */
function otherRow(fd: number | null): SocketRow {
  return {
    fd,
    kind: 'pipe',
    local: '',
    remote: '',
    writeQueueBytes: 0,
    openedAt: null,
    openedBy: '',
  };
}

async function descriptorsByInode(): Promise<Map<string, number>> {
  const names = await readdir('/proc/self/fd');
  const found = new Map<string, number>();
  for (let from = 0; from < names.length; from += BATCH) {
    const batch = names.slice(from, from + BATCH);
    // oxlint-disable-next-line no-await-in-loop -- not all of them at once
    const links = await Promise.all(batch.map((name) => linkOf(name)));
    for (const [index, link] of links.entries()) {
      const inode = inodeOfLink(link);
      if (inode !== undefined) found.set(inode, Number(batch[index]));
    }
  }
  return found;
}

async function linkOf(name: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${name}`);
  } catch {
    // Closed in the meantime.
    return '';
  }
}

/** Streams a table: it covers the whole network namespace and may be long. */
async function eachLine(path: string, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: createReadStream(path, 'latin1'), crlfDelay: Infinity });
  for await (const line of lines) onLine(line);
}

function kindOf(isListening: boolean, isOutgoing: boolean): SocketRow['kind'] {
  if (isListening) return 'listening';
  return isOutgoing ? 'outgoing' : 'incoming';
}

/** Same format as `OutgoingSockets.byLocalEnd`. */
function textOf({ address, port }: SocketEnd): string {
  return `${address}:${port}`;
}

function followed(local: string, { openedAt, openedBy }: OutgoingSocket): SocketRow {
  return { ...otherRow(null), kind: 'outgoing', local, openedAt, openedBy };
}
