import type { Socket } from 'node:net';

import type { HookReply, HookRequest } from './request-hooks.ts';

/**
 * Calls back once when the response has ended, well or not. An answer that stands behind another
 * one on its connection has no socket yet, and older Nodes do not close it with the connection.
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
  const { socket } = request as { socket?: Pick<Socket, 'once' | 'off'> };
  let isOver = false;
  const endOnce = (): void => {
    if (isOver) return;
    isOver = true;
    socket?.off('close', endOnce);
    end();
  };
  raw.on('close', endOnce);
  socket?.once('close', endOnce);
}

/** Whether it has ended already: a hook before ours took its time. */
export function isClosed({ raw }: HookReply): boolean {
  return raw.destroyed === true || raw.closed === true || raw.writableEnded;
}

/** Whether all of the answer was sent when its response has ended. */
export function isAllSent({ raw }: HookReply): boolean {
  // HTTP/2 calls a response finished that was cut off; HTTP/1 calls one ended that is not sent.
  return raw.writableEnded && (raw.writableFinished || raw.isLightMyRequest === true);
}
