import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { thrownMessage } from '../../common/errors/to-error.ts';
import { ignore } from '../../common/ignore.ts';
import type { MainState } from '../../common/process/stack-request.ts';
import type { RecorderState, WorkerIncident } from '../../insight/flight-recorder.ts';
import type { LeftFile } from '../../insight/left-file.ts';
import { BusyError, OperationError, QueryError } from '../meta.errors.ts';
import type { Artifacts } from './artifacts.ts';
import { hottest } from './hottest.ts';
import { type BundleSource, keepBundle } from './incident-bundle.ts';
import { type CpuProfile, mergeProfiles } from './merge-profiles.ts';
import type { Job, Operation } from './operation.ts';
import { withoutProfiler } from './own-samples.ts';
import type { StackTaker, TakenStacks } from './stack-taker.ts';

/** What ended a recording; of the whole group where `worker` is null. */
export type RecordedIncident = { worker: number | null } & (
  | WorkerIncident
  | { kind: 'shed'; connections: number; at: number }
);

export interface RecordIncidentParts {
  source: () => BundleSource;
  artifacts: Artifacts;
  stacks: StackTaker;
}

/** Workers stop by themselves when nobody arms them again. */
const LEASE_MS = 30_000;
const POLL_MS = 1_000;

/** Time for workers to leave their profiles. */
const DUMP_MS = 20_000;

/** History that is looked at for shed connections. */
const RECENT_MS = 10_000;

/** `Retry-After` of a second recording. */
const RETRY_MS = 60_000;

const MINUTE_MS = 60_000;
const MAX_MINUTES = 720;

/**
 * Arms all workers; when one is late, a heap nears its limit, or connections are shed, keeps the
 * profile of the seconds before, stacks, and all pages, and disarms. Needs the same `allow` as a CPU
 * profile, which it takes at a tenth of the rate.
 */
export function recordIncidentOperation(parts: RecordIncidentParts): Operation {
  let isArmed = false;
  return {
    name: 'record-incident',
    title: 'Record the next incident',
    summary:
      'Waits for an event loop that is late, a heap near its limit, or shed connections; then keeps ' +
      'CPU profiles of the seconds before, stacks, and all pages. Costs up to 5 % of a core per worker.',
    access: 'operate',
    guard: 'cpu-profile',
    isQuick: true,
    isLong: true,
    fields: [
      { name: 'thresholdMs', label: 'Event loop late by (ms)', kind: 'number', preset: 500 },
      { name: 'minutes', label: `Minutes (1 to ${MAX_MINUTES})`, kind: 'number', preset: 60 },
    ],
    async run(job) {
      const limits = limitsOf(job.input);
      if (isArmed) {
        throw new BusyError('A recording is already under way; cancel it first', 409, RETRY_MS);
      }
      isArmed = true;
      try {
        return await record(job, parts, limits);
      } finally {
        isArmed = false;
        await job.reports.run('flight-recorder.disarm', {}).catch(ignore);
      }
    },
  };
}

interface Limits {
  thresholdMs: number;
  forMs: number;
}

/** @throws QueryError */
function limitsOf({ thresholdMs, minutes }: Job['input']): Limits {
  const lateMs = Number(thresholdMs);
  if (!Number.isInteger(lateMs) || lateMs < 100 || lateMs > 60_000) {
    throw new QueryError('thresholdMs must be a whole number from 100 to 60000');
  }
  const length = Number(minutes);
  if (!(length >= 1 && length <= MAX_MINUTES)) {
    throw new QueryError(`minutes must be from 1 to ${MAX_MINUTES}`);
  }
  return { thresholdMs: lateMs, forMs: length * MINUTE_MS };
}

async function record(job: Job, parts: RecordIncidentParts, limits: Limits): Promise<unknown> {
  const { incident, stacks } = await untilIncident(job, parts, limits);
  if (incident === undefined) return { incident: null };
  job.progress('keeping profiles and stacks');
  const taken = stacks ?? (await parts.stacks.take().catch(() => undefined));
  const figures = await keepProfiles(job, parts.artifacts, incident).catch((error: unknown) =>
    withoutProfiles(job, error),
  );
  if (taken !== undefined) {
    await job.keep({
      name: 'stacks.json',
      type: 'application/json',
      access: 'operate',
      content: { text: JSON.stringify(taken) },
    });
  }
  const { pages } = await keepBundle(parts.source(), job, noteOf(incident));
  return { incident, stacks: taken ?? null, pages, ...figures };
}

/** Workers may be blocked for longer than profiles are waited for: stacks and pages are kept still. */
function withoutProfiles(job: Job, error: unknown): { workers: number[]; failure: string } {
  if (error instanceof OperationError) job.carriedOut(error.outcomes ?? []);
  return { workers: [], failure: thrownMessage(error) };
}

interface Found {
  incident: RecordedIncident | undefined;
  /** Taken while a worker was silent. */
  stacks: TakenStacks | undefined;
}

async function untilIncident(
  job: Job,
  { source, stacks: taker }: RecordIncidentParts,
  { thresholdMs, forMs }: Limits,
): Promise<Found> {
  const startedAt = Date.now();
  const endsAt = startedAt + forMs;
  const silence = new Silence(() => taker.take());
  // The first one fails when workers have no recorder; later ones may meet a worker that starts.
  await poll(job, thresholdMs);
  job.progress(`armed until ${new Date(endsAt).toISOString()}`);
  while (!job.signal.aborted && Date.now() < endsAt) {
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    const { incident, isSilent } = await poll(job, thresholdMs).catch(() => QUIET);
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    await silence.look(isSilent);
    const found = incident ?? shedSince(source(), startedAt);
    if (found !== undefined) return { incident: found, stacks: silence.stacks };
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    await wait(POLL_MS, undefined, { signal: job.signal }).catch(ignore);
  }
  if (job.signal.aborted) throw new OperationError('It was cancelled', 409);
  return { incident: undefined, stacks: undefined };
}

/** Looks without a silent worker after which its stacks belong to no incident. */
const KEEP_LOOKS = 5;

/** Takes stacks while a worker is silent: that of a blocked loop can only be taken then. */
class Silence {
  readonly #take: () => Promise<TakenStacks>;
  #stacks: TakenStacks | undefined;
  #quietLooks = 0;

  constructor(take: () => Promise<TakenStacks>) {
    this.#take = take;
  }

  /** Those of the present silence, or of one that is just over. */
  get stacks(): TakenStacks | undefined {
    return this.#stacks;
  }

  async look(isSilent: boolean): Promise<void> {
    this.#quietLooks = isSilent ? 0 : this.#quietLooks + 1;
    if (this.#quietLooks > KEEP_LOOKS) this.#stacks = undefined;
    if (!isSilent || tells(this.#stacks, 'RUNNING')) return;
    const taken = await this.#take().catch(() => undefined);
    // The silence may be over: idle stacks tell nothing of it.
    if (tells(taken, 'RUNNING')) this.#stacks = taken;
    else if (tells(taken, 'NATIVE')) this.#stacks ??= taken;
  }
}

/** Whether a main thread was in this state. */
function tells(taken: TakenStacks | undefined, state: MainState): boolean {
  return taken?.stacks.some(({ value: { main } }) => main === state) ?? false;
}

interface Look {
  incident: RecordedIncident | undefined;
  /** Whether a worker did not answer. */
  isSilent: boolean;
}

const QUIET: Look = { incident: undefined, isSilent: false };

/** Arms workers, those that came since included, and hears what they caught. */
async function poll({ reports }: Job, thresholdMs: number): Promise<Look> {
  const input = { thresholdMs, forMs: LEASE_MS };
  // Stacks of a blocked worker must be taken before it turns again.
  const options = { skipsStalled: true };
  const armed = await reports
    .run<RecorderState>('flight-recorder.arm', input, options)
    .catch(silentOrThrown);
  if (armed === 'silent') return { incident: undefined, isSilent: true };
  const { data, workers } = armed;
  const [caught] = data.flatMap(({ worker, value: { incident } }) =>
    incident === null ? [] : [{ worker, ...incident }],
  );
  return { incident: caught, isSilent: workers.missing.length > 0 };
}

/** All workers may be blocked: that is an incident, not a failure of the recording. */
function silentOrThrown(error: unknown): 'silent' {
  const outcomes = error instanceof OperationError ? (error.outcomes ?? []) : [];
  if (outcomes.some(({ status }) => status === 'silent')) return 'silent';
  throw error;
}

function shedSince(
  { sources: { history } }: BundleSource,
  startedAt: number,
): RecordedIncident | undefined {
  const shed = history
    .queuePoints(Date.now(), RECENT_MS)
    .find((point) => point.at >= startedAt && (point.shed ?? 0) > 0);
  if (shed === undefined) return undefined;
  const connections = Math.round(shed.shed ?? 0);
  return { kind: 'shed', worker: null, connections, at: shed.at };
}

interface Dump {
  files: LeftFile[];
}

/** Keeps profiles; the figures are those of the worker that caught the incident, or of all. */
async function keepProfiles(
  job: Job,
  artifacts: Artifacts,
  { worker: culprit }: RecordedIncident,
): Promise<object> {
  const options = { timeoutMs: DUMP_MS };
  const { data, outcomes } = await job.reports.run<Dump>('flight-recorder.dump', {}, options);
  job.carriedOut(outcomes);
  const read = data.map(async ({ worker, value: { files } }) => {
    const profiles = files.map(({ file }) => readProfile(artifacts, file));
    return { worker, profile: mergeProfiles(await Promise.all(profiles)) };
  });
  const taken = await Promise.all(read);
  const own = taken.filter(({ worker }) => culprit === null || worker === culprit);
  const shown = mergeProfiles(own.map(({ profile }) => profile));
  await keepProfile(job, culprit === null ? 'merged' : `worker-${culprit}`, shown);
  if (own.length < taken.length) {
    await keepProfile(job, 'merged', mergeProfiles(taken.map(({ profile }) => profile)));
  }
  return { workers: own.map(({ worker }) => worker), ...(await hottest(shown)) };
}

/** Reads a profile that a worker left, and removes the file. */
async function readProfile(artifacts: Artifacts, file: string): Promise<CpuProfile> {
  const text = await readFile(artifacts.pathOf(file), 'utf8');
  await artifacts.discard(file);
  return withoutProfiler(JSON.parse(text) as CpuProfile);
}

async function keepProfile(job: Job, name: string, profile: CpuProfile): Promise<void> {
  await job.keep({
    name: `${name}.cpuprofile`,
    type: 'application/json',
    access: 'operate',
    content: { text: JSON.stringify(profile) },
  });
}

/** One sentence on an incident. */
export function noteOf(incident: RecordedIncident): string {
  if (incident.kind === 'shed') return 'Recorded because connections were shed';
  const who = `worker ${incident.worker ?? ''}`;
  if (incident.kind === 'lag') {
    return `Recorded because the event loop of ${who} was late by ${Math.round(incident.lagMs)} ms`;
  }
  const share = Math.round((100 * incident.usedBytes) / incident.limitBytes);
  return `Recorded because the heap of ${who} was at ${share} % of its limit`;
}
