import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { privateDirectory } from '../../../lib/common/files/private-directory.ts';
import { FlightRecorder } from '../../../lib/insight/flight-recorder.ts';
import {
  type CpuSampler,
  InspectorSampler,
  RollingProfile,
} from '../../../lib/insight/rolling-profile.ts';

type Profile = ReturnType<CpuSampler['stop']>;

/** Names its spans by their number. */
class FakeSampler implements CpuSampler {
  starts = 0;
  isOn = false;
  isBroken = false;

  start(): void {
    this.starts++;
    this.isOn = true;
  }

  stop(): Profile {
    this.isOn = false;
    if (this.isBroken) throw new Error('The profiler was not running');
    return { nodes: [], startTime: this.starts, endTime: this.starts };
  }
}

let now: number;
let sampler: FakeSampler;
let heap: { usedBytes: number; limitBytes: number };
let isDebugged: boolean;
let due: { callback: () => void; at: number }[];
let recorder: FlightRecorder;

beforeEach(() => {
  now = 0;
  sampler = new FakeSampler();
  heap = { usedBytes: 10, limitBytes: 100 };
  isDebugged = false;
  due = [];
  recorder = new FlightRecorder({
    clock: { now: () => now },
    profile: () => new RollingProfile(sampler),
    heap: () => heap,
    isDebugged: () => isDebugged,
    schedule: (callback, afterMs) => {
      const timer = { callback, at: now + afterMs };
      due.push(timer);
      return () => void (due = due.filter((one) => one !== timer));
    },
  });
});

/** Lets time pass, with timers in time, but none before `blockedMs`. */
function pass(ms: number, blockedMs = 0): void {
  const endsAt = now + ms;
  now += blockedMs;
  for (;;) {
    const [next] = due.toSorted((a, b) => a.at - b.at);
    if (next === undefined || next.at > endsAt) break;
    due = due.filter((one) => one !== next);
    now = Math.max(now, next.at);
    next.callback();
  }
  now = endsAt;
}

const ARM = { thresholdMs: 500, forMs: 30_000 };

describe('FlightRecorder', () => {
  it('is off until it is armed, and then samples', () => {
    expect(sampler.isOn).toBe(false);
    expect(recorder.arm(ARM)).toEqual({ incident: null });
    expect(sampler.isOn).toBe(true);
    pass(5_000);
    expect(recorder.arm(ARM)).toEqual({ incident: null });
    expect(sampler.starts).toBe(1);
  });

  it('catches a late event loop, and keeps the profiles of the seconds before', async () => {
    recorder.arm(ARM);
    pass(12_000);
    pass(700, 700);
    const { incident } = recorder.arm(ARM);
    expect(incident).toMatchObject({ kind: 'lag' });
    expect(incident?.kind === 'lag' && incident.lagMs).toBeGreaterThanOrEqual(600);
    expect(sampler.isOn).toBe(false);
    pass(60_000);
    const dump = await recorder.dump();
    expect(dump.incident).toEqual(incident);
    const spans = dump.files.map(({ file }) => {
      const text = readFileSync(join(privateDirectory(), file), 'utf8');
      return (JSON.parse(text) as { startTime: number }).startTime;
    });
    // The second span was under way, after the first of 10 s.
    expect(spans).toEqual([1, 2]);
    expect((await recorder.dump()).files).toEqual([]);
  });

  it('catches it also when it is asked before it could look', () => {
    recorder.arm(ARM);
    now += 5_000;
    expect(recorder.arm(ARM).incident).toMatchObject({ kind: 'lag', lagMs: 4_900 });
    expect(due).toHaveLength(1);
  });

  it('looks in its rhythm, however often it is armed', () => {
    recorder.arm(ARM);
    for (let again = 0; again < 20; again++) recorder.arm(ARM);
    expect(due).toHaveLength(1);
  });

  it('lets pass what is below the threshold, and what a debugger does', () => {
    recorder.arm(ARM);
    pass(450, 450);
    expect(recorder.arm(ARM)).toEqual({ incident: null });
    isDebugged = true;
    pass(5_000, 5_000);
    expect(recorder.arm(ARM)).toEqual({ incident: null });
  });

  it('catches a heap near its limit', () => {
    recorder.arm(ARM);
    pass(1_000);
    heap = { usedBytes: 90, limitBytes: 100 };
    pass(1_000);
    expect(recorder.arm(ARM).incident).toMatchObject({ kind: 'heap', ...heap });
  });

  it('ends by itself when nobody arms it again', () => {
    recorder.arm(ARM);
    pass(20_000);
    recorder.arm(ARM);
    pass(29_000);
    expect(sampler.isOn).toBe(true);
    pass(2_000);
    expect(sampler.isOn).toBe(false);
    expect(due).toEqual([]);
  });

  it.each([
    ['a span ends', 0],
    ['an incident comes', 700],
  ])('ends when the profiler fails as %s, and can be armed again', (_, blockedMs) => {
    recorder.arm(ARM);
    sampler.isBroken = true;
    expect(() => pass(11_000, blockedMs)).not.toThrow();
    expect(due).toEqual([]);
    expect(recorder.disarm()).toEqual({ wasArmed: false });
    sampler.isBroken = false;
    recorder.arm(ARM);
    expect(sampler.isOn).toBe(true);
  });

  it('ends on demand, and forgets what it caught', async () => {
    expect(recorder.disarm()).toEqual({ wasArmed: false });
    recorder.arm(ARM);
    pass(700, 700);
    expect(recorder.disarm()).toEqual({ wasArmed: true });
    expect(await recorder.dump()).toEqual({ files: [], incident: null });
    expect(recorder.arm(ARM)).toEqual({ incident: null });
  });

  it('forgets an incident that nobody fetches', async () => {
    recorder.arm(ARM);
    pass(700, 700);
    pass(600_000);
    expect((await recorder.dump()).files).toEqual([]);
  });

  it.each([{}, { thresholdMs: 5, forMs: 30_000 }, { ...ARM, forMs: 1e9 }, { ...ARM, other: 1 }])(
    'refuses %j',
    (input) => {
      expect(() => recorder.arm(input)).toThrow(/thresholdMs|forMs|other/);
      expect(sampler.isOn).toBe(false);
    },
  );
});

describe('InspectorSampler', () => {
  it('samples this process until it is stopped', () => {
    const real = new InspectorSampler(1_000);
    expect(() => real.stop()).toThrow('not running');
    real.start();
    const endsAt = performance.now() + 100;
    while (performance.now() < endsAt);
    expect(real.stop().samples?.length).toBeGreaterThan(0);
  });
});
