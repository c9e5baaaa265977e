import type { Socket } from 'node:net';

import { monotonicClock } from '../../common/clock.ts';
import {
  type HandoffMessage,
  type HandoffReply,
  isHandoffMessage,
  type WorkerLoad,
} from '../protocol/control-messages.ts';
import { decideClaim } from '../protocol/lease.ts';

export interface HandoffReceiver {
  load(): WorkerLoad;
  /** Takes the connections of a listener; undefined when it is not served here any more. */
  receiverOf(listener: number): ((socket: Socket) => void) | undefined;
}

/** Longest wait before the claim of a connection is confirmed, in milliseconds. */
const CONFIRM_AFTER_MS = 10;

/**
 * The worker's side of the lease: takes the connections that the primary sends, or declines them.
 *
 * A connection is claimed after all other events of this turn of the loop: a handler among them
 * that blocks then makes the claim late, instead of keeping a claimed connection waiting.
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
 * Writes the claim, then looks at the clock: the order is the protocol. Node calls back in the
 * same tick when the whole claim is in the channel. When it is not, because the primary does not
 * read, the connection is declined: bytes must not be read from it before the claim is written.
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

/** Any reply after a claim confirms it; when none follows by itself, this one does. */
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
  if (process.connected) process.send?.(message, onWritten ?? ignore);
}

/** A failed write means that the primary is gone; this process ends then. */
function ignore(): void {}
