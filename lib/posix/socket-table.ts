import { ipText } from './ip-text.ts';

/** One end of a connection. */
export interface SocketEnd {
  address: string;
  family: 'IPv4' | 'IPv6';
  port: number;
}

/** A row of the kernel's TCP and UDP socket tables: proc_pid_net(5). */
export interface SocketTableRow {
  inode: string;
  local: SocketEnd;
  remote: SocketEnd;
  isListening: boolean;
  /** Send queue: written, but not yet acknowledged by the other end. */
  unsentBytes: number;
}

const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;
const QUEUES = 4;
const INODE = 9;

const LISTEN = '0A';

/** Parses a row; undefined for the header and unknown formats. */
export function parseSocketRow(
  line: string,
  family: SocketEnd['family'],
): SocketTableRow | undefined {
  const fields = line.trim().split(/\s+/);
  const inode = fields[INODE];
  if (inode === undefined || !/^\d+$/.test(inode)) return undefined;
  return {
    inode,
    local: endOf(fields[LOCAL], family),
    remote: endOf(fields[REMOTE], family),
    isListening: fields[STATE] === LISTEN,
    unsentBytes: Number.parseInt(fields[QUEUES]?.split(':')[0] ?? '0', 16),
  };
}

/** Socket inode in a descriptor's `/proc` link; undefined if it is not a socket. */
export function inodeOfLink(link: string): string | undefined {
  return /^socket:\[(\d+)\]$/.exec(link)?.[1];
}

/** Decodes hexadecimal 32-bit words in the machine's byte order. */
function endOf(text = '', family: SocketEnd['family']): SocketEnd {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex').swap32();
  return { address: ipText(bytes), family, port: Number.parseInt(port, 16) };
}
