import { describe, expect, it } from 'vitest';

import { loadTransport } from '../../../../lib/cluster/accepting/load-transport.ts';

function cannotLoad(): Promise<never> {
  return Promise.reject(new Error("no package 'koffi'"));
}

describe('loadTransport', () => {
  const lines: [string, string, unknown][] = [];
  const log = (level: string, msg: string, fields?: object): void => {
    lines.push([level, msg, fields]);
  };

  it("takes Node's channel where descriptors can not be had, and says why", async () => {
    lines.length = 0;
    expect((await loadTransport('auto', { log, maxSilent: 1, load: cannotLoad })).kind).toBe('ipc');
    expect(lines).toEqual([
      ['info', expect.stringContaining('(ipc)'), { reason: "no package 'koffi'" }],
    ]);
  });

  it('does not start with anything but what was asked for', async () => {
    await expect(
      loadTransport('fd', { log, maxSilent: 1, load: cannotLoad }),
    ).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_TRANSPORT',
      message: expect.stringContaining("no package 'koffi'") as string,
    });
  });

  it("loads nothing for Node's channel", async () => {
    lines.length = 0;
    expect((await loadTransport('ipc', { log, maxSilent: 1, load: cannotLoad })).kind).toBe('ipc');
    expect(lines).toEqual([]);
  });
});
