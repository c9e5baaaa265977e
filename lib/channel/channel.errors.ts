import { ButtressError } from '../common/errors/buttress.error.ts';

/** Received bytes are not a valid frame; the channel is unusable. */
export class FrameError extends ButtressError {
  constructor(reason: string, options?: ErrorOptions) {
    super('ERR_BUTTRESS_CHANNEL_FRAME', `Not a frame: ${reason}`, options);
  }
}

/** No reply before the timeout. */
export class ChannelTimeoutError extends ButtressError {
  constructor(name: string, timeoutMs: number) {
    super('ERR_BUTTRESS_CHANNEL_TIMEOUT', `No reply to "${name}" within ${timeoutMs} ms`);
  }
}

/** The channel closed before the reply. */
export class ChannelClosedError extends ButtressError {
  constructor(name: string) {
    super('ERR_BUTTRESS_CHANNEL_CLOSED', `The channel closed before the reply to "${name}"`);
  }
}

/** Too many requests await replies on one channel. */
export class ChannelBusyError extends ButtressError {
  constructor(name: string, limit: number) {
    super('ERR_BUTTRESS_CHANNEL_BUSY', `"${name}" not sent: ${limit} requests already wait`);
  }
}

/** The other side replied with an error. */
export class ChannelRemoteError extends ButtressError {
  constructor(name: string, message: string) {
    super('ERR_BUTTRESS_CHANNEL_REMOTE', `"${name}" failed: ${message}`);
  }
}
