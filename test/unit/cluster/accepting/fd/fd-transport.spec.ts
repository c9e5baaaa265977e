import { describe, expect, it, onTestFinished } from 'vitest';

import { FdTransport } from '../../../../../lib/cluster/accepting/fd/fd-transport.ts';
import { MAX_LISTENING } from '../../../../../lib/cluster/accepting/fd/listen-table.ts';
import { type Libc, loadLibc } from '../../../../../lib/posix/libc.ts';

const system = await loadLibc().catch(() => undefined);

const SPEC = { host: '127.0.0.1', refusal: 'http', clientFirst: true, ordinal: 0 } as const;

function ignore(): void {}

const EVENTS = { onConnection: ignore, onBatch: ignore, onError: ignore };

/** Notes in `open` which sockets are open. */
function noting(libc: Libc, open: Set<number>): Libc {
  return {
    ...libc,
    socket: (...of) => {
      const fd = libc.socket(...of);
      open.add(fd);
      return fd;
    },
    close: (fd) => {
      open.delete(fd);
      return libc.close(fd);
    },
  };
}

describe.skipIf(system === undefined)('FdTransport', () => {
  if (system === undefined) return;

  it('R43 A listener too many is refused and leaves no descriptor open.', async () => {
    const open = new Set<number>();
    // Its thread does not start here, and so closes nothing.
    const transport = new FdTransport(noting(system, open), { maxSilent: 1, onEnd: ignore });
    onTestFinished(() => {
      transport.close();
      for (const fd of open) system.close(fd);
    });
    for (let left = MAX_LISTENING; left > 0; left--) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await transport.open(SPEC, EVENTS);
    }
    expect(open.size).toBe(MAX_LISTENING);
    await expect(transport.open(SPEC, EVENTS)).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_LISTEN',
    });
    expect(open.size).toBe(MAX_LISTENING);
  });
});
