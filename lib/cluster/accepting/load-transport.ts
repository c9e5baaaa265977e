import { thrownMessage } from '../../common/to-error.ts';
import { type Libc, loadLibc } from '../../posix/libc.ts';
import { TransportError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Transport, TransportKind } from '../protocol/transport.ts';
import { FdTransport, type FdTransportOptions } from './fd/fd-transport.ts';
import { IpcTransport } from './ipc-transport.ts';

export interface TransportOptions extends Pick<FdTransportOptions, 'maxSilent'> {
  log: PrimaryLog;
  load?: () => Promise<Libc>;
}

/**
 * Loads the requested transport; `auto` falls back from `fd` to `ipc` and logs the reason.
 *
 * @throws TransportError when `fd` was requested and is not available
 */
export async function loadTransport(
  wanted: TransportKind | 'auto',
  { log, maxSilent, load = loadLibc }: TransportOptions,
): Promise<Transport> {
  if (wanted === 'ipc') return new IpcTransport();
  try {
    return new FdTransport(await load(), { maxSilent, onEnd: endLoudly });
  } catch (cause) {
    const reason = thrownMessage(cause);
    if (wanted === 'fd') throw new TransportError(reason, { cause });
    log('info', 'connections are passed on as Node does it (ipc)', { reason });
    return new IpcTransport();
  }
}

/** Ends the primary with this error: otherwise nothing would be accepted, unnoticed. */
function endLoudly(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
