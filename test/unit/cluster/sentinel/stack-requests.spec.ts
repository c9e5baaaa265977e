import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LoopSign } from '../../../../lib/cluster/sentinel/block-watch.ts';
import { StackRequests } from '../../../../lib/cluster/sentinel/stack-requests.ts';
import { isWaking, unpausedState } from '../../../../lib/cluster/sentinel/stacks-now.ts';
import { stackAnswerPath, stackRequestPath } from '../../../../lib/common/process/stack-request.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stacks-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const NOW = 1_000;

function ask(request: unknown): void {
  writeFileSync(stackRequestPath(directory), JSON.stringify(request));
}

function requestsOf(worker: number): StackRequests {
  return new StackRequests({ directory, worker });
}

describe('StackRequests', () => {
  it('returns nothing until stacks are asked for, and each request once', () => {
    const requests = requestsOf(1);
    expect(requests.next(NOW)).toBeUndefined();
    ask({ id: 'a1', until: NOW + 1 });
    expect([requests.next(NOW), requests.next(NOW)]).toEqual(['a1', undefined]);
    ask({ id: 'a2', until: NOW + 1 });
    expect(requests.next(NOW)).toBe('a2');
  });

  it('leaves a request for one worker to that worker', () => {
    ask({ id: 'b', worker: 2, until: NOW + 1 });
    expect(requestsOf(1).next(NOW)).toBeUndefined();
    expect(requestsOf(2).next(NOW)).toBe('b');
  });

  it('ignores a request whose time is over, and what is no request', () => {
    ask({ id: 'c', until: NOW });
    expect(requestsOf(1).next(NOW)).toBeUndefined();
    ask({ id: '../../c', until: NOW + 1 });
    expect(requestsOf(1).next(NOW)).toBeUndefined();
    ask({ id: 'c' });
    expect(requestsOf(1).next(NOW)).toBeUndefined();
    writeFileSync(stackRequestPath(directory), '{"id":');
    expect(requestsOf(1).next(NOW)).toBeUndefined();
  });

  it('leaves an answer as a file, and survives the loss of the directory', () => {
    const stacks = { main: 'IDLE', stack: [], requestId: null, stoppedMs: 0, threads: [] } as const;
    requestsOf(7).answer('d', { ...stacks, stack: [], threads: [] });
    expect(JSON.parse(readFileSync(stackAnswerPath(directory, 'd', 7), 'utf8'))).toEqual(stacks);
    rmSync(directory, { recursive: true });
    expect(() => requestsOf(7).answer('e', { ...stacks, stack: [], threads: [] })).not.toThrow();
  });
});

describe('isWaking', () => {
  it.each([
    [['work (/app/work.js:1:1)'], false],
    [['hash (node:crypto:1:1)', 'work (/app/work.js:1:1)'], false],
    [['processTimers (node:internal/timers:604:5)'], true],
    [[], true],
  ])('says of %j: %s', (stack, expected) => {
    expect(isWaking(stack)).toBe(expected);
  });
});

describe('unpausedState', () => {
  it.each([
    [true, 10_000, 'IDLE'],
    [true, -10_000, 'NATIVE'],
    [false, 10_000, 'NATIVE'],
  ])('with signs %s, the next due in %d ms: %s', (areGiven, inMs, state) => {
    const read = (now: number): LoopSign => ({ at: now, nextAt: now + inMs });
    expect(unpausedState({ areGiven, read })).toBe(state);
  });
});
