import type { Socket } from 'node:net';

import { monotonicClock } from '../../common/clock.ts';
import { ignore } from '../../common/ignore.ts';
import {
  type HandoffMessage,
  type HandoffReply,
  isHandoffMessage,
  type WorkerLoad,
} from '../protocol/control-messages.ts';
import { decideClaim } from '../protocol/lease.ts';

export interface HandoffReceiver {
  load(): WorkerLoad;
  /** Returns the listener's connection handler; undefined if it no longer serves here. */
  receiverOf(listener: number): ((socket: Socket) => void) | undefined;
}

/** Longest wait before a claim is confirmed. */
const CONFIRM_AFTER_MS = 10;

/**
 * The worker's side of the lease: claims connections that the primary offers, or declines them.
 *
 * Claims after all other events of this loop iteration: a handler among them that blocks then
 * delays the claim instead of a claimed connection.
 */
export function receiveHandoffs(receiver: HandoffReceiver): void {
  const confirmSoon = confirmer();
  process.on('message', (message, handle) => {
    if (!isHandoffMessage(message)) return;
    const socket = handle as Socket | undefined;
    setImmediate(() =>
      claim(
        message,
        (isServed) => {
          const receive = isServed ? receiver.receiverOf(message.listener) : undefined;
          if (receive !== undefined && socket !== undefined) {
            receive(socket);
            return confirmSoon();
          }
          socket?.destroy();
          reply({ buttress: 'declined', lease: message.lease });
        },
        receiver.load(),
      ),
    );
  });
}

/**
 * Writes the claim, then reads the clock: the protocol depends on this order. Node calls back in
 * the same tick if the whole claim is in the channel. If it is not, because the primary does not
 * read, declines the connection: its bytes must not be read before the claim is written.
 */
function claim(
  { lease, expiresAt }: HandoffMessage,
  decide: (isServed: boolean) => void,
  load: WorkerLoad,
): void {
  let isWritten = false;
  reply({ buttress: 'claim', lease, ...load }, (error) => (isWritten = error === null));
  process.nextTick(() => {
    decide(isWritten && decideClaim(expiresAt, monotonicClock.now()) === 'serve');
  });
}

/** Any later reply confirms a claim; sends `served` in case none follows. */
function confirmer(): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      reply({ buttress: 'served' });
    }, CONFIRM_AFTER_MS);
  };
}

function reply(message: HandoffReply, onWritten?: (error: Error | null) => void): void {
  // A failed write means that the primary is gone, which ends this process.
  if (process.connected) process.send?.(message, onWritten ?? ignore);
}
