import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';

import { inodeOfLink, parseSocketRow, type SocketEnd } from '../../posix/socket-table.ts';
import type { ListenerAddress } from '../protocol/control-messages.ts';

/** Address and port of an IPv4 or IPv6 socket. */
export type InternetAddress = Exclude<ListenerAddress, string>;

/** Asks the kernel: Node knows a socket's address only once it accepts on it itself. */
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

/**
 * Descriptors of this process that listen at each address, regardless of who opened them. Linux
 * only. The kernel's tables have a row for each connection of the machine, closed ones for a minute
 * too, so they are read once for all addresses, off the event loop.
 */
export async function listeningDescriptors(
  addresses: readonly InternetAddress[],
  read: (name: 'tcp' | 'tcp6') => Promise<string> = readTable,
): Promise<number[][]> {
  const [ends4, ends6, inodes] = await Promise.all([
    read('tcp').then((rows) => listeningEnds(rows, 'IPv4')),
    read('tcp6').then((rows) => listeningEnds(rows, 'IPv6')),
    ownSockets(),
  ]);
  const ends = [...ends4, ...ends6];
  return addresses.map(({ address, port }) => {
    const own = ends.filter(({ local }) => local.port === port && local.address === address);
    return own.flatMap(({ inode }) => {
      // A descriptor closed meanwhile may have been reused.
      return (inodes.get(inode) ?? []).filter((fd) => inodeOf(fd) === inode);
    });
  });
}

/** State of listening sockets in the table; lets rows of connections be skipped unparsed. */
const LISTENING = ' 0A ';

function listeningEnds(
  rows: string,
  family: SocketEnd['family'],
): { inode: string; local: SocketEnd }[] {
  const ends = [];
  for (let at = rows.indexOf(LISTENING); at >= 0; at = rows.indexOf(LISTENING, at + 1)) {
    const row = parseSocketRow(lineAt(rows, at), family);
    if (row?.isListening === true) ends.push(row);
  }
  return ends;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end);
}

/** Socket inodes of this process with their descriptors. */
async function ownSockets(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const names = await readdir('/proc/self/fd');
  await Promise.all(
    names.map(async (name) => {
      // It may be closed meanwhile.
      const link = await readlink(`/proc/self/fd/${name}`).catch(() => '');
      const inode = inodeOfLink(link);
      if (inode !== undefined) found.set(inode, [...(found.get(inode) ?? []), Number(name)]);
    }),
  );
  return found;
}

function readTable(name: 'tcp' | 'tcp6'): Promise<string> {
  return readFile(`/proc/self/net/${name}`, 'latin1');
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

/** Finds the local address of a socket in the kernel's table. */
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
