import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningOptions } from '../../../../lib/meta/group-reports.provider.ts';
import { OperationError } from '../../../../lib/meta/meta.errors.ts';
import type { Artifacts } from '../../../../lib/meta/operations/artifacts.ts';
import type { BundleSource } from '../../../../lib/meta/operations/incident-bundle.ts';
import type { Job } from '../../../../lib/meta/operations/operation.ts';
import {
  noteOf,
  recordIncidentOperation,
} from '../../../../lib/meta/operations/record-incident.ts';
import type { StackTaker } from '../../../../lib/meta/operations/stack-taker.ts';
import { resultView } from '../../../../lib/meta/pages/run-result.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import { until } from '../../../support/until.ts';

const LAG = { kind: 'lag', lagMs: 612.4, at: 1_000 } as const;

const IDLE = { main: 'IDLE', stack: [], requestId: null, stoppedMs: 1, threads: [] };

const TAKEN = {
  at: '2026-11-29T20:00:00.000Z',
  workers: { expected: 1, answered: 1, missing: [] },
  stacks: [{ worker: 1, value: { ...IDLE, main: 'RUNNING', stack: ['work (app.js:1:1)'] } }],
};

let directory: string;
let abort: AbortController;
/** Operations that workers were asked for. */
let asked: string[];
/** Those for which a worker with a blocked event loop is waited for. */
let waitedFor: Set<string>;
let kept: string[];
let incidents: Record<number, object | null>;
let missing: number[];
let shed: { at: number; shed: number }[];
let taken: number;
/** States that the first takes find, in place of a stack. */
let stackless: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'record-'));
  abort = new AbortController();
  asked = [];
  waitedFor = new Set();
  kept = [];
  incidents = { 1: null, 2: null };
  missing = [];
  shed = [];
  taken = 0;
  stackless = [];
});
afterEach(() => {
  abort.abort();
  rmSync(directory, { recursive: true, force: true });
});

function profileOf(name: string): object {
  const place = { scriptId: '1', url: 'app.js', lineNumber: 1, columnNumber: 0 };
  return {
    nodes: [
      { id: 1, callFrame: { ...place, functionName: '(root)' }, children: [2] },
      { id: 2, callFrame: { ...place, functionName: name }, hitCount: 3 },
    ],
    startTime: 0,
    endTime: 3,
    samples: [2, 2, 2],
    timeDeltas: [1, 1, 1],
  };
}

function answer(name: string): object[] {
  if (name === 'flight-recorder.arm') {
    return Object.entries(incidents).map(([worker, incident]) => ({
      worker: Number(worker),
      value: { incident },
    }));
  }
  if (name !== 'flight-recorder.dump') return [];
  return [1, 2].map((worker) => {
    const file = `profile-${worker}`;
    writeFileSync(join(directory, file), JSON.stringify(profileOf(`work${worker}`)));
    return { worker, value: { files: [{ file }] } };
  });
}

async function runInWorkers(
  name: string,
  _input: unknown,
  { skipsStalled = false }: RunningOptions = {},
): Promise<object> {
  asked.push(name);
  if (!skipsStalled) waitedFor.add(name);
  if (missing.length === 2) {
    const outcomes = missing.map((worker) => ({ worker, status: 'silent' as const }));
    throw new OperationError('No worker answered', 502, outcomes);
  }
  return { data: answer(name), workers: { missing }, outcomes: [] };
}

function jobOf(input: Job['input']): Job {
  return {
    by: 'ada',
    input,
    reports: { run: runInWorkers } as unknown as Job['reports'],
    signal: abort.signal,
    progress: () => undefined,
    carriedOut: () => undefined,
    keep: async ({ name, type, access }) => {
      kept.push(name);
      return { id: name, name, type, access, bytes: 1, expiresAt: '' };
    },
  };
}

async function takeStacks(): Promise<object> {
  taken++;
  const main = stackless.shift();
  return main === undefined
    ? TAKEN
    : { ...TAKEN, stacks: [{ worker: 1, value: { ...IDLE, main } }] };
}

function operation(): ReturnType<typeof recordIncidentOperation> {
  const artifacts = {
    pathOf: (file: string) => join(directory, file),
    discard: async (file: string) => rmSync(join(directory, file)),
  } as unknown as Artifacts;
  const source = { brand: 'Test', pages: [], sources: { history: { queuePoints: () => shed } } };
  return recordIncidentOperation({
    source: () => source as unknown as BundleSource,
    artifacts,
    stacks: { take: takeStacks } as unknown as StackTaker,
  });
}

const INPUT = { thresholdMs: 500, minutes: 60 };

describe('record-incident', () => {
  it('waits for a blocked worker to keep its profile, not while it looks', async () => {
    incidents = { 1: null, 2: LAG };
    await operation().run(jobOf(INPUT));
    expect(waitedFor).toEqual(new Set(['flight-recorder.dump', 'flight-recorder.disarm']));
  });

  it('keeps the profile of the worker that was late, all profiles, stacks and pages', async () => {
    incidents = { 1: null, 2: LAG };
    const result = await operation().run(jobOf(INPUT));
    expect(result).toMatchObject({
      incident: { worker: 2, kind: 'lag' },
      workers: [2],
      functions: [{ name: 'work2', self: 1 }],
      stacks: TAKEN,
    });
    expect(kept).toEqual([
      'worker-2.cpuprofile',
      'merged.cpuprofile',
      'stacks.json',
      expect.stringMatching(/^incident-.*\.html$/),
    ]);
    expect(asked.at(-1)).toBe('flight-recorder.disarm');
    const { markup } = html`${resultView('record-incident', result)}`;
    expect(markup).toContain('event loop of worker 2 was late by 612 ms');
    expect(markup).toContain('Flame graph');
  });

  it('waits, and takes stacks while a worker is silent, before it can tell why', async () => {
    missing = [1];
    const running = operation().run(jobOf(INPUT));
    await until('stacks of the silent worker', () => taken === 1);
    expect(kept).toEqual([]);
    missing = [];
    incidents = { 1: LAG };
    await running;
    expect(taken).toBe(1);
  });

  it('takes stacks while all workers are silent, from its first look on', async () => {
    missing = [1, 2];
    const running = operation().run(jobOf(INPUT));
    await until('stacks of the silent workers', () => taken === 1);
    missing = [];
    incidents = { 1: LAG };
    expect(await running).toMatchObject({ incident: { worker: 1 }, stacks: TAKEN });
  });

  it('takes stacks again while they show nothing of the silence', async () => {
    missing = [1];
    stackless = ['IDLE'];
    const running = operation().run(jobOf(INPUT));
    await until('stacks of the silent worker', () => taken === 2);
    missing = [];
    incidents = { 1: LAG };
    expect(await running).toMatchObject({ stacks: TAKEN });
    expect(taken).toBe(2);
  });

  it('keeps stacks of native code unless it gets better ones', async () => {
    missing = [1];
    stackless = ['NATIVE', 'IDLE', 'IDLE', 'IDLE'];
    const running = operation().run(jobOf(INPUT));
    await until('stacks of the silent worker', () => taken === 1);
    missing = [];
    incidents = { 1: LAG };
    expect(await running).toMatchObject({ stacks: { stacks: [{ value: { main: 'NATIVE' } }] } });
  });

  it('keeps stacks and pages where no worker leaves a profile in time', async () => {
    shed = [{ at: Date.now() + 60_000, shed: 12 }];
    missing = [1, 2];
    const result = await operation().run(jobOf(INPUT));
    expect(result).toMatchObject({ stacks: TAKEN, workers: [], failure: 'No worker answered' });
    expect(kept).toEqual(['stacks.json', expect.stringMatching(/^incident-/)]);
    const { markup } = html`${resultView('record-incident', result)}`;
    expect(markup).toContain('No profiles were kept: No worker answered');
  });

  it('ends with shed connections, and the profiles of all workers', async () => {
    shed = [{ at: Date.now() + 60_000, shed: 12 }];
    const result = await operation().run(jobOf(INPUT));
    expect(result).toMatchObject({
      incident: { worker: null, kind: 'shed', connections: 12 },
      workers: [1, 2],
    });
    expect(kept[0]).toBe('merged.cpuprofile');
  });

  it('does not end with what was shed before', async () => {
    shed = [{ at: Date.now() - 60_000, shed: 12 }];
    const running = operation().run(jobOf(INPUT));
    await until('a second look', () => asked.length > 1);
    abort.abort();
    await expect(running).rejects.toThrow('cancelled');
    expect([kept, asked.at(-1)]).toEqual([[], 'flight-recorder.disarm']);
  });

  it('waits for one incident at a time', async () => {
    const one = operation();
    const running = one.run(jobOf(INPUT));
    await expect(one.run(jobOf(INPUT))).rejects.toThrow('already under way');
    abort.abort();
    await expect(running).rejects.toThrow('cancelled');
    incidents = { 1: LAG };
    abort = new AbortController();
    await expect(one.run(jobOf(INPUT))).resolves.toMatchObject({ incident: { worker: 1 } });
  });

  it.each([
    [{ ...INPUT, thresholdMs: 50 }, 'thresholdMs'],
    [{ ...INPUT, minutes: 0 }, 'minutes'],
    [{ ...INPUT, minutes: 10_000 }, 'minutes'],
  ])('refuses %j', async (input, name) => {
    await expect(operation().run(jobOf(input))).rejects.toThrow(name);
    expect(asked).toEqual([]);
  });

  it('says that no incident came', () => {
    const { markup } = html`${resultView('record-incident', { incident: null })}`;
    expect(markup).toContain('No incident came');
  });
});

describe('noteOf', () => {
  it('names worker and figure', () => {
    const heap = { kind: 'heap', usedBytes: 91, limitBytes: 100, at: 1 } as const;
    expect(noteOf({ worker: 3, ...heap })).toContain('heap of worker 3 was at 91 %');
    expect(noteOf({ worker: null, kind: 'shed', connections: 1, at: 1 })).toContain('shed');
  });
});
