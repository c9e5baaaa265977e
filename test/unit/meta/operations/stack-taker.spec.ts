import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  stackAnswerPath,
  type StackRequest,
  stackRequestPath,
  type WorkerStacks,
} from '../../../../lib/common/process/stack-request.ts';
import type { GroupReports } from '../../../../lib/meta/group-reports.provider.ts';
import { StackTaker } from '../../../../lib/meta/operations/stack-taker.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import { stacksView } from '../../../../lib/meta/view/stacks.ts';
import { until } from '../../../support/until.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'taker-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const STACKS: WorkerStacks = {
  main: 'RUNNING',
  stack: ['hash (node:crypto:1:1)', 'work (/app/work.js:2:3)'],
  requestId: 'r-1',
  stoppedMs: 12,
  threads: [
    { id: 4, name: 'cpu', state: 'RUNNING', stack: ['sum (/app/sum.js:5:6)'] },
    { id: 5, name: 'io', state: 'QUIET', stack: [] },
  ],
};

function takerOf(ids: readonly (number | null)[], withinMs = 20_000): StackTaker {
  const reports = {
    primary: async () => ids.map((id) => ({ id })),
  } as unknown as Pick<GroupReports, 'primary'>;
  return new StackTaker({ reports, directory: () => directory, withinMs });
}

/** Waits for the request, then answers it for some workers. */
async function answer(workers: readonly number[]): Promise<StackRequest> {
  await until('the request', () => existsSync(stackRequestPath(directory)));
  const request = JSON.parse(readFileSync(stackRequestPath(directory), 'utf8')) as StackRequest;
  for (const worker of workers) {
    writeFileSync(stackAnswerPath(directory, request.id, worker), JSON.stringify(STACKS));
  }
  return request;
}

describe('StackTaker', () => {
  it('collects the answers of all workers, and leaves no file behind', async () => {
    const taker = takerOf([2, null, 1]);
    const taking = taker.take();
    const request = await answer([1, 2]);
    const taken = await taking;
    expect(taken.stacks.map(({ worker }) => worker)).toEqual([1, 2]);
    expect(taken.workers).toEqual({ expected: 2, answered: 2, missing: [] });
    expect(taker.last).toBe(taken);
    expect(request.worker).toBeUndefined();
    expect(existsSync(stackRequestPath(directory))).toBe(false);
    expect(existsSync(stackAnswerPath(directory, request.id, 1))).toBe(false);
  });

  it('removes answers to an earlier request that came too late', async () => {
    const late = stackAnswerPath(directory, 'ab12', 9);
    const other = join(directory, 'metrics.json');
    for (const path of [late, `${late}.part`, other]) writeFileSync(path, '{}');
    const taking = takerOf([1]).take();
    await answer([1]);
    await taking;
    expect([late, `${late}.part`, other].map((path) => existsSync(path))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('asks one worker alone, and refuses one that is not there', async () => {
    const taker = takerOf([1, 2]);
    await expect(taker.take(3)).rejects.toThrow('There is no worker 3');
    const taking = taker.take(2);
    expect((await answer([2])).worker).toBe(2);
    expect((await taking).workers.expected).toBe(1);
  });

  it('names a worker that did not answer, and fails when none did', async () => {
    const taking = takerOf([1, 2], 2_000).take();
    await answer([2]);
    expect((await taking).workers).toEqual({ expected: 2, answered: 1, missing: [1] });
    await expect(takerOf([1, 2], 50).take()).rejects.toThrow(
      'No worker returned its stacks in time',
    );
  });

  it('takes them once at a time, and only in a group', async () => {
    const taker = takerOf([1]);
    const taking = taker.take();
    await expect(taker.take()).rejects.toThrow('already being taken');
    await answer([1]);
    await taking;
    const alone = new StackTaker({
      reports: { primary: async () => [] } as unknown as Pick<GroupReports, 'primary'>,
      directory: () => undefined,
    });
    await expect(alone.take()).rejects.toThrow('needs a Group');
  });
});

describe('stacksView', () => {
  it('shows the first frame outside of Node, the request, and threads without a stack', () => {
    const { markup } = html`${stacksView([{ worker: 1, value: STACKS }])}`;
    expect(markup).toContain('<summary><code>work (/app/work.js:2:3)</code></summary>');
    expect(markup).toContain('r-1');
    expect(markup).toContain('12 ms');
    expect(markup).toContain('Thread 5: io');
    expect(markup).toContain('idle, or in native code');
  });

  it.each(['IDLE', 'NATIVE', 'DEBUGGED'] as const)('explains %s', (main) => {
    const value = { ...STACKS, main, stack: [] };
    const { markup } = html`${stacksView([{ worker: 1, value }])}`;
    expect(markup).not.toContain('work.js');
    expect(markup).toContain(
      { IDLE: 'Idle:', NATIVE: 'native code blocks it', DEBUGGED: 'debugger' }[main],
    );
  });
});
