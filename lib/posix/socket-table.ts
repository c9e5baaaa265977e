/** An end of a connection. */
export interface SocketEnd {
  address: string;
  family: 'IPv4' | 'IPv6';
  port: number;
}

/** A row of the kernel's tables of TCP and UDP sockets: proc_pid_net(5). */
export interface SocketTableRow {
  inode: string;
  local: SocketEnd;
  remote: SocketEnd;
  isListening: boolean;
  /** What the other end has not acknowledged, in bytes. */
  unsentBytes: number;
}

const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;
const QUEUES = 4;
const INODE = 9;

const LISTEN = '0A';

/** Undefined for the heading and for lines of another form. */
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

/** The number in what a descriptor of a socket links to; undefined: it is no socket. */
export function inodeOfLink(link: string): string | undefined {
  return /^socket:\[(\d+)\]$/.exec(link)?.[1];
}

/** Hexadecimal, in words of the machine's order. */
function endOf(text = '', family: SocketEnd['family']): SocketEnd {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex').swap32();
  return { address: textOf(bytes, family), family, port: Number.parseInt(port, 16) };
}

function textOf(bytes: Buffer, family: SocketEnd['family']): string {
  if (family === 'IPv4') return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(2 * index).toString(16),
  );
  // The URL parser writes addresses in their short form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
