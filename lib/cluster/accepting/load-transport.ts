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
 * The transport that was asked for; `auto` takes descriptors where they can be had and says why
 * where they can't.
 *
 * @throws TransportError when `fd` was asked for and can't be had
 */
export async function loadTransport(
  wanted: TransportKind | 'auto',
  { log, maxSilent, load = loadLibc }: TransportOptions,
): Promise<Transport> {
  if (wanted === 'ipc') return new IpcTransport();
  try {
    return new FdTransport(await load(), { maxSilent, onEnd: endLoudly });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (wanted === 'fd') throw new TransportError(reason, { cause });
    log('info', 'connections are passed on as Node does it (ipc)', { reason });
    return new IpcTransport();
  }
}

/** Nothing would be accepted any more, and nobody would know: the primary ends with this error. */
function endLoudly(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
