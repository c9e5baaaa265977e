import { Socket } from 'node:net';

/** What Node's TCP handle offers of which this file makes use. */
interface Handle {
  open(fd: number): number;
}

type HandleClass = new (type: number) => Handle;

/** Type of a handle that is neither a server's nor a client's: `TCPConstants.SOCKET` of Node. */
const SOCKET = 0;

/** Class of Node's TCP handles, once a socket has shown it; null: this Node has another one. */
let TcpHandle: HandleClass | null | undefined;

const OPTIONS = { readable: true, writable: true, allowHalfOpen: true } as const;

/**
 * Makes the socket of an accepted TCP connection. Node examines a bare descriptor with five system
 * calls to learn its type, which is known here: it gets a ready handle where this Node allows it.
 */
export function socketOf(fd: number): Socket {
  const handle = TcpHandle == null ? undefined : openedHandle(TcpHandle, fd);
  if (handle !== undefined) return new Socket({ handle, ...OPTIONS } as object);
  const socket = new Socket({ fd, ...OPTIONS });
  if (TcpHandle === undefined) TcpHandle = handleClassOf(socket);
  return socket;
}

function openedHandle(handleClass: HandleClass, fd: number): Handle | undefined {
  const handle = new handleClass(SOCKET);
  return handle.open(fd) === 0 ? handle : undefined;
}

function handleClassOf(socket: object): HandleClass | null {
  const { _handle: handle } = socket as { _handle?: Partial<Handle> | null };
  const isTcp = handle?.constructor.name === 'TCP' && typeof handle.open === 'function';
  return isTcp ? (handle.constructor as HandleClass) : null;
}
