import { thrownMessage } from '../../../common/errors/to-error.ts';
import { tellsBacklog } from '../../../posix/backlog.ts';
import { type Libc, loadLibc } from '../../../posix/libc.ts';
import { shareArenas } from '../../../posix/native-heap.ts';
import { TransportError } from '../../cluster.errors.ts';
import type { PrimaryLog } from '../../primary-log.ts';
import type { TransportKind } from '../../protocol/transport.ts';
import { Invitations, type InvitationsOptions } from './invitations.ts';

export interface LoadOptions extends Omit<InvitationsOptions, 'onEnd'> {
  log: PrimaryLog;
  load?: () => Promise<Libc>;
}

/**
 * Prepares what workers need to accept by themselves; `auto` falls back to `ipc`, which needs
 * nothing, and logs the reason.
 *
 * @throws TransportError when `fd` was requested and is not available
 */
export async function loadInvitations(
  wanted: TransportKind | 'auto',
  { log, load = loadLibc, ...options }: LoadOptions,
): Promise<Invitations | undefined> {
  if (wanted === 'ipc') return undefined;
  try {
    const libc = await load();
    if (!tellsBacklog(libc)) throw new Error('the kernel does not report the length of a backlog');
    // Before the thread that watches the sockets: it and this one seldom allocate at once.
    await shareArenas();
    return new Invitations(libc, { ...options, onEnd: endLoudly });
  } catch (cause) {
    const reason = thrownMessage(cause);
    if (wanted === 'fd') throw new TransportError(reason, { cause });
    log('info', 'using transport ipc: the primary accepts and passes connections', { reason });
    return undefined;
  }
}

/** Ends the primary with this error: otherwise sleeping workers would accept nothing, unnoticed. */
function endLoudly(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
