import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { inodeOfLink, parseSocketRow, type SocketEnd } from '../posix/socket-table.ts';
import type { ListenerAddress } from './control-messages.ts';

/** Node tells the address of a socket only once it accepts itself; the kernel tells it always. */
export function socketAddress(fd: number): ListenerAddress | undefined {
  try {
    const inode = inodeOf(fd);
    if (inode === undefined) return undefined;
    return (
      addressIn(table('tcp'), inode, 'IPv4') ??
      addressIn(table('tcp6'), inode, 'IPv6') ??
      pathIn(table('unix'), inode)
    );
  } catch {
    return undefined;
  }
}

/** The descriptors of this process that listen at an address, whoever opened them. Linux only. */
export function listeningDescriptors({
  address,
  port,
}: {
  address: string;
  port: number;
}): number[] {
  const inodes = new Set([
    ...listeningAt(table('tcp'), 'IPv4', { address, port }),
    ...listeningAt(table('tcp6'), 'IPv6', { address, port }),
  ]);
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => inodes.has(inodeOf(fd) ?? ''));
}

function listeningAt(
  rows: string,
  family: SocketEnd['family'],
  { address, port }: { address: string; port: number },
): string[] {
  // Most lines are of connections, of which there may be many: they are told by their text.
  const state = ` 0A `;
  return rows.split('\n').flatMap((line) => {
    const row = line.includes(state) ? parseSocketRow(line, family) : undefined;
    const isMeant =
      row?.isListening === true && row.local.port === port && row.local.address === address;
    return isMeant ? [row.inode] : [];
  });
}

function table(name: 'tcp' | 'tcp6' | 'unix'): string {
  return readFileSync(`/proc/self/net/${name}`, 'latin1');
}

function inodeOf(fd: number): string | undefined {
  try {
    return inodeOfLink(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    // Closed meanwhile.
    return undefined;
  }
}

/** The local address of a socket in the kernel's table. */
export function addressIn(
  rows: string,
  inode: string,
  family: SocketEnd['family'],
): ListenerAddress | undefined {
  for (const line of rows.split('\n')) {
    const row = line.includes(inode) ? parseSocketRow(line, family) : undefined;
    if (row?.inode === inode) return row.local;
  }
  return undefined;
}

const UNIX_INODE = 6;
const UNIX_PATH = 7;

function pathIn(rows: string, inode: string): string | undefined {
  const fields = rows.split('\n').map((line) => line.trim().split(/\s+/));
  return fields.find((one) => one[UNIX_INODE] === inode)?.[UNIX_PATH];
}
