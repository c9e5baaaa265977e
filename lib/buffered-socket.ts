/** `nestjs-buttress/buffered-socket`: sockets that are read by message. */
export {
  BufferedSocketError,
  MessageTooLongError,
  NetstringError,
  SocketAbortedError,
  SocketBusyError,
  SocketClosedError,
  SocketDetachError,
  SocketEndedError,
  type SocketErrorOptions,
  SocketFailedError,
  type SocketOperation,
  SocketTimeoutError,
} from './buffered-socket/buffered-socket.errors.ts';
export type { BufferedSocketOptions } from './buffered-socket/buffered-socket.options.ts';
export { BufferedSocket, type MessageParser } from './buffered-socket/buffered-socket.ts';
export type { Bytes } from './buffered-socket/bytes.ts';
export type {
  MaxSizeOptions,
  ReadUntilOptions,
  WaitOptions,
} from './buffered-socket/call.options.ts';
export { NetstringSocket } from './buffered-socket/netstring-socket.ts';
export type { UnreadBytes } from './buffered-socket/unread.ts';
