import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** The descriptors of this process that listen on a port, whoever opened them. Linux only. */
export function listeningDescriptors(port: number): number[] {
  const [tcp, tcp6] = [table('tcp'), table('tcp6')];
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      const inode = inodeOf(fd);
      if (inode === undefined) return false;
      return [portListenedOn(tcp, inode), portListenedOn(tcp6, inode)].includes(port);
    });
}

function table(name: 'tcp' | 'tcp6' | 'unix'): string {
  return readFileSync(`/proc/self/net/${name}`, 'latin1');
}

function inodeOf(fd: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    // Closed meanwhile.
    return undefined;
  }
}

function rowOf(rows: string, inode: string, column: number): string[] | undefined {
  for (const line of rows.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[column] === inode) return fields;
  }
  return undefined;
}

const INODE_COLUMN = 9;
const LISTEN = '0A';

function portListenedOn(rows: string, inode: string): number | undefined {
  const row = rowOf(rows, inode, INODE_COLUMN);
  if (row?.[3] !== LISTEN) return undefined;
  return Number.parseInt(row[1]?.split(':')[1] ?? '', 16);
}

/** The local address of a socket in the kernel's table: hexadecimal, words in the machine's order. */
export function addressIn(
  rows: string,
  inode: string,
  family: 'IPv4' | 'IPv6',
): ListenerAddress | undefined {
  const row = rowOf(rows, inode, INODE_COLUMN);
  if (row === undefined) return undefined;
  const [address = '', port = ''] = (row[1] ?? '').split(':');
  const bytes = Buffer.from(address, 'hex').swap32();
  return { address: textOf(bytes, family), family, port: Number.parseInt(port, 16) };
}

function pathIn(rows: string, inode: string): string | undefined {
  return rowOf(rows, inode, 6)?.[7];
}

function textOf(bytes: Buffer, family: 'IPv4' | 'IPv6'): string {
  if (family === 'IPv4') return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(2 * index).toString(16),
  );
  // The URL parser writes addresses in their short form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
