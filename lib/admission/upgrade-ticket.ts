import type { Duplex } from 'node:stream';

import { ignore } from '../common/ignore.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { type Arrival, RequestTicket } from './request-ticket.ts';

export interface UpgradeTicketOptions extends Arrival {
  socket: Duplex;
  done: () => void;
  refuse: (socket: Duplex, reason: RefusalReason) => void;
}

/** An upgrade waiting for admission. */
export class UpgradeTicket extends RequestTicket {
  readonly #options: UpgradeTicketOptions;

  constructor(options: UpgradeTicketOptions) {
    super(options);
    this.#options = options;
    // Node has removed its own listener; without one, a client reset would end the process.
    options.socket.on('error', ignore);
  }

  override goOn(): void {
    const { socket, done } = this.#options;
    socket.off('error', ignore);
    if (!socket.destroyed) done();
  }

  override turnAway(reason: RefusalReason): void {
    const { socket, refuse } = this.#options;
    if (!socket.destroyed) refuse(socket, reason);
  }
}
