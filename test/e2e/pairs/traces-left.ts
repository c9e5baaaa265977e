import { expect } from 'vitest';

import type { Step } from '../../fixtures/pairs/pair-work.ts';
import { until } from '../../support/until.ts';
import { type FeatureName, isOffloaded, isRecorded } from './expected.ts';
import type { PairApp } from './pair-app.ts';

/** A request for features, as it was answered. */
export interface Asked {
  id: string;
  names: readonly FeatureName[];
  steps: readonly Step[];
}

interface Line {
  worker?: number;
  requestId?: string;
  context?: string;
  msg?: string;
  timings?: Record<string, number>;
  notes?: Record<string, unknown>;
}

/** What a feature leaves in the access record of its request, as the name of a step. */
const STEPS: Partial<Record<FeatureName, string>> = {
  step: 'pair.step',
  service: 'echo.call',
  cpu: 'thread PairWork.inCpu',
  cpuIf: 'thread PairWork.inCpuIf',
  io: 'thread PairWork.inIo',
  pool: 'thread PairWork.inImages',
};

const LINES: Partial<Record<FeatureName, string>> = {
  log: 'a line of pairs',
  contextLog: 'a line of context',
};

/** Waits for the access record of each request, and looks for what its features leave in logs. */
export async function expectLogs(app: PairApp, asked: readonly Asked[]): Promise<void> {
  const lines = await until(
    'the access records',
    () => {
      const all = linesOf(app.output());
      const seen = new Set(
        all.flatMap(({ context, requestId }) => (context === 'access' ? [requestId] : [])),
      );
      const missing = asked.filter(({ id }) => !seen.has(id));
      if (missing.length > 0) throw new Error(`${missing.length} missing, ${missing[0]?.id} first`);
      return all;
    },
    { everyMs: 200 },
  );
  const byRequest = Map.groupBy(lines, ({ requestId }) => requestId);
  for (const { id, names, steps } of asked) {
    const record = byRequest.get(id)?.find(({ context }) => context === 'access') ?? {};
    expect({ id, missing: missingIn(record, names) }).toEqual({ id, missing: [] });
    for (const [index, { requestId }] of steps.entries()) {
      const text = LINES[names[index] as FeatureName];
      if (text === undefined || requestId === null) continue;
      const line = byRequest.get(requestId)?.find(({ msg }) => msg === text);
      expect({ id, line: line?.msg, worker: line?.worker }).toEqual({
        id,
        line: text,
        worker: record.worker,
      });
    }
  }
}

/** What should be in an access record and is not. */
function missingIn({ timings = {}, notes = {} }: Line, names: readonly FeatureName[]): string[] {
  return names.flatMap((name, index) => {
    const around = names.slice(0, index);
    if (!isRecorded(around)) return [];
    if (name === 'note') return notes['pair'] === 'noted' ? [] : ['note'];
    const step = STEPS[name];
    // In a thread every decorated call runs where it is.
    if (step === undefined || (step.startsWith('thread ') && isElsewhere(around))) return [];
    return step in timings ? [] : [step];
  });
}

function isElsewhere(around: readonly FeatureName[]): boolean {
  return isOffloaded(around) || around.includes('auto');
}

export function linesOf(output: string): Line[] {
  // What follows the last line end is not a whole line yet.
  return output
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.startsWith('{"level":') ? [JSON.parse(line) as Line] : []));
}

/** Statistics that count how often a feature ran, and where the count is. */
const COUNTS: Partial<Record<FeatureName, readonly string[]>> = {
  counter: ['pairs.counter'],
  distribution: ['pairs.value'],
  sketch: ['pairs.sketch'],
  duration: ['pairs.duration'],
  timed: ['pairs.timed', 'pairs.counted'],
  timedAroundCpu: ['pairs.timed_around', 'pairs.counted_around'],
  timedWithinCpu: ['pairs.timed_within', 'pairs.counted_within'],
};

interface CountedStatistic {
  name: string;
  series: { data: { total?: number; count?: number } }[];
}

/** Waits until each feature was counted as often as it ran: threads tell each second. */
export async function untilCounted(app: PairApp, asked: readonly Asked[]): Promise<void> {
  const expected = new Map<string, number>();
  for (const name of asked.flatMap(({ names }) => names)) {
    for (const statistic of COUNTS[name] ?? []) {
      expected.set(statistic, (expected.get(statistic) ?? 0) + 1);
    }
  }
  await until('everything is counted', async () => {
    const statistics = await app.read<CountedStatistic[]>('/api/v1/stats');
    for (const [name, count] of expected) {
      const counted = countOf(statistics.find((one) => one.name === name));
      if (counted !== count) throw new Error(`${name} is ${counted}, not ${count}`);
    }
    return true;
  });
}

function countOf(statistic: CountedStatistic | undefined): number {
  const series = statistic?.series ?? [];
  return series.reduce((sum, { data: { total, count = 0 } }) => sum + (total ?? count), 0);
}
