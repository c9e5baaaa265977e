import { type Libc, LINUX, succeeded } from './libc.ts';
import { encodeInternet } from './socket-address.ts';

/*
 * The start of `struct tcp_info`. Of a listening socket, `tcpi_unacked` is the number of connections
 * that wait to be accepted and `tcpi_sacked` the most that may (net/ipv4/tcp.c, tcp_get_info).
 */
const INFO_BYTES = 32;
const WAITING_AT = 24;
const LIMIT_AT = 28;

const info = Buffer.alloc(INFO_BYTES);
const infoLength = Buffer.alloc(4);

/** Connections in the backlog of a listening TCP socket; 0 if the kernel does not tell. */
export function waitingAt(libc: Libc, fd: number): number {
  return read(libc, fd) ? info.readUInt32LE(WAITING_AT) : 0;
}

/** Limit of the backlog: the one asked for, or the system's (net.core.somaxconn) if lower. */
export function backlogLimit(libc: Libc, fd: number): number {
  return read(libc, fd) ? info.readUInt32LE(LIMIT_AT) : 0;
}

function read(libc: Libc, fd: number): boolean {
  infoLength.writeUInt32LE(INFO_BYTES);
  return libc.getsockopt(fd, LINUX.IPPROTO_TCP, LINUX.TCP_INFO, info, infoLength) === 0;
}

const LOOPBACK = '127.0.0.1';
const ADDRESS_BYTES = 16;

/**
 * Tries on a socket of its own whether the kernel tells the length of a backlog: sandboxes that
 * emulate Linux may not.
 *
 * @throws the system error if there is no loopback
 */
export function tellsBacklog(libc: Libc): boolean {
  const { AF_INET, SOCK_STREAM, SOCK_CLOEXEC } = LINUX;
  const open = (): number => {
    return succeeded(libc, libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  };
  const listening = open();
  const client = open();
  try {
    const address = encodeInternet(LOOPBACK, 0) ?? Buffer.alloc(ADDRESS_BYTES);
    succeeded(libc, libc.bind(listening, address, address.length), 'bind');
    succeeded(libc, libc.listen(listening, 1), 'listen');
    const bound = Buffer.alloc(ADDRESS_BYTES);
    infoLength.writeUInt32LE(ADDRESS_BYTES);
    succeeded(libc, libc.getsockname(listening, bound, infoLength), 'getsockname');
    succeeded(libc, libc.connect(client, bound, ADDRESS_BYTES), 'connect');
    return waitingAt(libc, listening) === 1;
  } finally {
    libc.close(client);
    libc.close(listening);
  }
}
