import type { Socket } from 'node:net';

import type { HookReply, HookRequest } from './request-hooks.ts';

/**
 * Calls `end` once when the response has ended, complete or not. A pipelined response has no socket
 * yet, and older Node versions do not close it with the connection.
 */
export function onceClosed(
  { raw: request }: HookRequest,
  { raw }: HookReply,
  end: () => void,
): void {
  if (raw.socket !== null) {
    raw.on('close', end);
    return;
  }
  const { socket } = request as { socket?: Closable };
  const ends = socket && endsOf(socket);
  let isOver = false;
  const endOnce = (): void => {
    if (isOver) return;
    isOver = true;
    ends?.delete(endOnce);
    end();
  };
  raw.on('close', endOnce);
  ends?.add(endOnce);
}

type Closable = Pick<Socket, 'once'>;

/** Ends of pipelined responses by their connection: Node warns of more than ten listeners. */
const pipelined = new WeakMap<Closable, Set<() => void>>();

/** Functions to call when the connection closes. */
function endsOf(socket: Closable): Set<() => void> {
  const known = pipelined.get(socket);
  if (known !== undefined) return known;
  const ends = new Set<() => void>();
  pipelined.set(socket, ends);
  socket.once('close', () => {
    for (const end of ends) end();
  });
  return ends;
}

/** Whether it has ended already, e.g. during an earlier hook. */
export function isClosed({ raw }: HookReply): boolean {
  return raw.destroyed === true || raw.closed === true || raw.writableEnded;
}

/**
 * Calls `ended` once the application has given its whole answer, however long the client takes to
 * read it. Responses without a socket of their own, as of HTTP/2 or pipelined ones, announce that
 * only when everything is sent.
 */
export function onceEnded({ raw }: HookReply, ended: () => void): void {
  if (raw.socket !== null && raw.stream === undefined) {
    raw.on('prefinish', ended);
    return;
  }
  const end = raw.end.bind(raw);
  raw.end = (...args) => {
    const result = end(...args);
    ended();
    return result;
  };
}

/** Whether an ended response was sent completely. */
export function isAllSent({ raw }: HookReply): boolean {
  // HTTP/2 marks cut-off responses as finished; HTTP/1 marks unsent ones as ended.
  return raw.writableEnded && (raw.writableFinished || raw.isLightMyRequest === true);
}
