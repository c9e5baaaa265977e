import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { processLifecycle } from '../../../lib/common/process/lifecycle.ts';
import { giveUpSnapshot, snapshotWhenDrained } from '../../../lib/insight/heap-snapshot.ts';

const lifecycle = processLifecycle();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapshot-'));
  lifecycle.directory = directory;
  lifecycle.identify({ mode: 'group', worker: 1, slot: 0, workers: 1 });
});

afterEach(() => {
  lifecycle.directory = undefined;
  rmSync(directory, { recursive: true, force: true });
});

describe('A heap snapshot', () => {
  it('R43 One that nobody waits for any more is not written.', () => {
    snapshotWhenDrained();
    expect(giveUpSnapshot()).toEqual({ wasPending: true });
    lifecycle.drained();
    expect(readdirSync(directory)).toEqual([]);
    expect(giveUpSnapshot()).toEqual({ wasPending: false });
  });

  it('R43 One that could not be begun in time is given up.', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    snapshotWhenDrained();
    vi.advanceTimersByTime(180_000);
    lifecycle.drained();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('R43 One that can not be written keeps nothing else of the end from happening.', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const last = vi.fn<() => void>();
    snapshotWhenDrained();
    lifecycle.onFarewell(last);
    rmSync(directory, { recursive: true });
    lifecycle.drained();
    expect(last).toHaveBeenCalledOnce();
    expect(told).toHaveBeenCalledOnce();
    told.mockRestore();
  });
});
