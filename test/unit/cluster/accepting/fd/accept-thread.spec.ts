import { describe, expect, it, onTestFinished } from 'vitest';

import { AcceptThread } from '../../../../../lib/cluster/accepting/fd/accept-thread.ts';
import { loadLibc } from '../../../../../lib/posix/libc.ts';

const libc = await loadLibc().catch(() => undefined);

function ignore(): void {}

describe.skipIf(libc === undefined)('AcceptThread', () => {
  if (libc === undefined) return;

  it('tells that it ended when nobody asked it to', async () => {
    // Its first module is compiled in a package only, so here the thread can't start.
    const error = await new Promise<Error>((resolve) => {
      const thread = new AcceptThread(libc, 1, {
        onConnection: ignore,
        onBatch: ignore,
        onError: ignore,
        onEnd: resolve,
      });
      onTestFinished(() => thread.end());
    });
    expect(error).toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_ACCEPT_THREAD',
      cause: expect.anything() as unknown,
    });
  });
});
