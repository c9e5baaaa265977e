import { describe, expect, it, onTestFinished } from 'vitest';

import { loadInvitations } from '../../../../../lib/cluster/accepting/invite/load-invitations.ts';
import { type Libc, loadLibc } from '../../../../../lib/posix/libc.ts';

const system = await loadLibc().catch(() => undefined);

const acceptQueue = { maxQueue: 8, maxWaitMs: 500, targetMs: 20, intervalMs: 200 };

function cannotLoad(): Promise<never> {
  return Promise.reject(new Error("no package 'koffi'"));
}

describe('loadInvitations', () => {
  const lines: [string, string, unknown][] = [];
  const log = (level: string, msg: string, fields?: object): void => {
    lines.push([level, msg, fields]);
  };
  const options = { log, acceptQueue, maxLingering: 1 };

  it("falls back to Node's channel without the package, and logs why", async () => {
    lines.length = 0;
    expect(await loadInvitations('auto', { ...options, load: cannotLoad })).toBeUndefined();
    expect(lines).toEqual([
      ['info', expect.stringContaining('transport ipc'), { reason: "no package 'koffi'" }],
    ]);
  });

  it('starts with nothing but what was asked for', async () => {
    await expect(loadInvitations('fd', { ...options, load: cannotLoad })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_TRANSPORT',
      message: expect.stringContaining("no package 'koffi'") as string,
    });
  });

  it("loads nothing for Node's channel", async () => {
    lines.length = 0;
    expect(await loadInvitations('ipc', { ...options, load: cannotLoad })).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it.skipIf(system === undefined)(
    'falls back where the kernel does not tell the length of a backlog',
    async () => {
      if (system === undefined) return;
      lines.length = 0;
      const emulated: Libc = { ...system, getsockopt: () => 0 };
      const load = (): Promise<Libc> => Promise.resolve(emulated);
      const invitations = await loadInvitations('auto', { ...options, load });
      onTestFinished(() => invitations?.close());
      expect(invitations).toBeUndefined();
      expect(lines).toEqual([
        ['info', expect.anything(), { reason: expect.stringContaining('length') as string }],
      ]);
    },
  );
});
