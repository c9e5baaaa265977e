import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';

import { inodeOfLink, parseSocketRow, type SocketEnd } from '../../posix/socket-table.ts';
import type { ListenerAddress } from '../protocol/control-messages.ts';

/** Where a socket listens, of IPv4 or IPv6. */
export type InternetAddress = Exclude<ListenerAddress, string>;

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

/**
 * The descriptors of this process that listen at each address, whoever opened them. Linux only.
 * The tables hold a row for each connection of the machine, closed ones for a minute too: they are
 * read once for all addresses, beside the event loop.
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
      // What was closed meanwhile may be something else by now.
      return (inodes.get(inode) ?? []).filter((fd) => inodeOf(fd) === inode);
    });
  });
}

/** What rows of listening sockets contain. Most rows are of connections and are passed over. */
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

/** Inodes of the sockets of this process, with their descriptors. */
async function ownSockets(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const names = await readdir('/proc/self/fd');
  await Promise.all(
    names.map(async (name) => {
      // One may be closed meanwhile.
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
