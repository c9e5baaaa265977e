import { afterEach, describe, expect, it, vi } from 'vitest';

import { Group } from '../../../lib/cluster/group.ts';
import { runSingle } from '../../../lib/cluster/single/run-single.ts';

const app = new URL(import.meta.url);

afterEach(() => vi.unstubAllGlobals());

function pretend(change: Partial<NodeJS.Process>): void {
  vi.stubGlobal('process', Object.create(process, Object.getOwnPropertyDescriptors(change)));
}

describe('Group', () => {
  it('names the way out on Windows', async () => {
    const group = new Group({ app });
    pretend({ platform: 'win32' });
    await expect(group.serve()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_PLATFORM',
      message: expect.stringContaining('runSingle(bootstrap)'),
    });
  });

  it('names the versions of Node that it needs', async () => {
    pretend({ versions: { ...process.versions, node: '20.20.2' } });
    const refusal = {
      code: 'ERR_BUTTRESS_CLUSTER_NODE',
      message: expect.stringContaining('v20.20.2'),
    };
    expect(() => new Group({ app })).toThrow(expect.objectContaining(refusal));
    const bootstrap = vi.fn<() => never>();
    await expect(runSingle(bootstrap)).rejects.toMatchObject(refusal);
    expect(bootstrap).not.toHaveBeenCalled();
  });

  it('refuses what is no option before it starts anything', async () => {
    expect(() => new Group({ app, drains: {} } as never)).toThrow(/^drains is not an option/);
    const bootstrap = vi.fn<() => never>();
    const wrong = { drain: { killAfterMs: 1 } };
    await expect(runSingle(bootstrap, wrong)).rejects.toThrow(/^drain\.killAfterMs must be/);
    await expect(runSingle(bootstrap, { workers: 2 } as never)).rejects.toThrow(
      /^workers is not an option\. Known: drain\.$/,
    );
    expect(bootstrap).not.toHaveBeenCalled();
  });

  it('closes without having served', async () => {
    await expect(new Group({ app }).close()).resolves.toBeUndefined();
  });
});
