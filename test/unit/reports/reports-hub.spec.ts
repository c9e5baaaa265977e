import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ReportsHub } from '../../../lib/reports/reports-hub.ts';
import { ReportsLink } from '../../../lib/reports/reports-link.ts';
import { Reports } from '../../../lib/reports/reports.ts';

const WHOM = { timeoutMs: 200, except: [], expected: [7] };

async function listeningHub(): Promise<{ hub: ReportsHub; path: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'reports-hub-'));
  const path = join(directory, 'hub.sock');
  const hub = new ReportsHub();
  await hub.listen(path);
  onTestFinished(async () => {
    await hub.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { hub, path };
}

describe('ReportsHub', () => {
  it('waits for a worker that is READY and not connected yet', async () => {
    const { hub, path } = await listeningHub();
    const reports = new Reports();
    reports.snapshot('answer', () => 42);
    const gathered = hub.workers('answer', WHOM);
    const identity = { role: 'worker', id: 7 } as const;
    const link = new ReportsLink({ path, identity, reports });
    onTestFinished(() => link.close());
    expect(await gathered).toMatchObject({ answers: [{ identity, value: 42 }], missing: [] });
  });

  it('gathers without a worker that does not connect', async () => {
    const { hub } = await listeningHub();
    expect(await hub.workers('answer', WHOM)).toMatchObject({ answers: [] });
  });
});
