import { expect } from 'vitest';

import { FEATURES } from '../../fixtures/pairs/features.ts';
import type { Step } from '../../fixtures/pairs/pair-work.ts';
import { HAS_REDIS } from './pair-servers.ts';

export type FeatureName = keyof typeof FEATURES;

/** Where a feature runs: within which others, and for which request. */
export interface Place {
  /** The features around it, from the outside in. */
  around: readonly FeatureName[];
  /** The id of the request that was sent. */
  id: string;
  /** Whether that request has a deadline. */
  hasDeadline: boolean;
  /** Of the trace that the request belongs to. */
  traceId: unknown;
}

/** What is known of a request before its features are looked at. */
export interface About extends Omit<Place, 'around'> {
  /** What leads to the handler: `run` enters a context there, `detach` none. @default a route */
  by?: 'run' | 'detach';
}

/** A request of a route, as the tests send it. */
export const TRACE_ID = 'a'.repeat(32);
export const HEADERS = { traceparent: `00-${TRACE_ID}-${'b'.repeat(16)}-01` };

/** All that this machine can try. */
export const NAMES = (Object.keys(FEATURES) as FeatureName[]).filter(
  (name) => name !== 'redis' || HAS_REDIS,
);

const OFFLOADED: ReadonlySet<FeatureName> = new Set([
  'cpu',
  'cpuIf',
  'io',
  'pool',
  'timedAroundCpu',
  'timedWithinCpu',
]);

/** Features that enter a context of their own: what is noted there is in no access record. */
const OWN_CONTEXT: ReadonlySet<FeatureName> = new Set(['run', 'revive', 'detach']);

const IN_NO_REQUEST = 'Context was used outside a request.';

const NEEDS_REQUEST: ReadonlySet<FeatureName> = new Set([
  'context',
  'trace',
  'note',
  'key',
  'keyed',
  'signal',
  'step',
  'revive',
  'contextLog',
]);

/** The value of each feature, by where it runs; undefined: nothing is expected. */
const EXPECTED: Record<FeatureName, (place: Place, step: Step) => unknown> = {
  context: (_place, { requestId }) => ({
    id: requestId,
    hasTime: true,
    isDraining: expect.any(Boolean),
  }),
  trace: ({ traceId }) => traceId,
  note: nothing,
  key: () => 'acme',
  keyed: ({ around }) => (keyIsSet(around) ? 'acme' : null),
  signal: () => false,
  step: expectCount,
  run: () => true,
  revive: (_place, { requestId }) => requestId,
  detach: () => true,
  log: nothing,
  contextLog: nothing,
  counter: nothing,
  gauge: nothing,
  distribution: nothing,
  sketch: nothing,
  interval: nothing,
  duration: () => 'measured',
  states: () => 'ended',
  cpu: done,
  cpuIf: done,
  cpuInline: done,
  auto: done,
  io: done,
  pool: done,
  withoutOffload: done,
  transfer: () => 256 * 1024,
  timed: done,
  timedAroundCpu: done,
  timedWithinCpu: done,
  scope: () => ({ isCancelled: false, aborted: false }),
  app: (_place, { threadId }) => ({
    mode: expect.any(String),
    worker: expect.any(Number),
    slot: expect.any(Number),
    workers: expect.any(Number),
    isCurrent: threadId === 0 ? expect.any(Boolean) : false,
  }),
  service: () => 'service',
  lease: () => 'lease',
  connect: () => 'netstring',
  lazySocket: () => 'lazy',
  lookup: () => 'looked up',
  undici: told,
  agent: told,
  redis: () => 'redis',
  describe: () => 'echo',
};

/** Why features can't run so, in the sentence that is answered; undefined: they can. */
export function refusalOf(names: readonly FeatureName[], by?: About['by']): string | undefined {
  let isOutside = by === 'detach';
  for (const name of names) {
    if (isOutside && NEEDS_REQUEST.has(name)) return IN_NO_REQUEST;
    if (name === 'detach') isOutside = true;
    if (name === 'run') isOutside = false;
  }
  return undefined;
}

/** Checks what was seen of features that ran one within the other. */
export function expectSteps(
  steps: readonly Step[],
  names: readonly FeatureName[],
  { by, ...about }: About,
): void {
  expect(steps.map(({ feature }) => feature)).toEqual(names);
  for (const [index, step] of steps.entries()) {
    const name = names[index] as FeatureName;
    const base = by === undefined ? [] : [by];
    const place = { ...about, around: [...base, ...names.slice(0, index)] };
    expect({ name, within: place.around, value: step.value }).toEqual({
      name,
      within: place.around,
      value: EXPECTED[name](place, step),
    });
    expectRequest(step, place);
    expectThread(step, place.around);
  }
}

/** Whether what the last of these leaves is in the access record of the request. */
export function isRecorded(around: readonly FeatureName[]): boolean {
  return !around.some((name) => OWN_CONTEXT.has(name));
}

/** Whether the last of these runs in a thread for sure. */
export function isOffloaded(around: readonly FeatureName[]): boolean {
  return around.some((name) => OFFLOADED.has(name));
}

function expectRequest({ requestId }: Step, { around, id }: Place): void {
  const own = around.findLast((name) => name === 'run' || name === 'detach');
  if (own === undefined) expect(requestId).toBe(id);
  else if (own === 'detach') expect(requestId).toBe(null);
  else expect(requestId).not.toBe(id);
}

function expectThread({ threadId }: Step, around: readonly FeatureName[]): void {
  if (isOffloaded(around)) expect(threadId).toBeGreaterThan(0);
  else if (!around.includes('auto')) expect(threadId).toBe(0);
}

function keyIsSet(around: readonly FeatureName[]): boolean {
  const own = around.findLastIndex((name) => name === 'run' || name === 'detach');
  return around.slice(own + 1).includes('key');
}

/** A step around one of the same name ends after it, and is added up with it. */
function expectCount(): unknown {
  return expect.any(Number);
}

/** What a service is told of the request: nothing where there is none. */
function told({ around, hasDeadline, traceId }: Place): unknown {
  const own = around.findLast((name) => name === 'run' || name === 'detach');
  if (own === 'detach') return { traceId: null, hasTime: false };
  const isFresh = own === 'run' && around.includes('detach');
  return { traceId: isFresh ? expect.any(String) : traceId, hasTime: hasDeadline || own === 'run' };
}

function done(): unknown {
  return 'done';
}

function nothing(): undefined {
  return undefined;
}
