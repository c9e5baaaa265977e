import type { ServiceName } from '../../common/files/package-file.ts';
import { rounded } from '../../common/rounded.ts';
import type { PulsePoint } from '../../insight/pulse.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import { Ring } from '../../stats/ring.ts';
import type { Latency } from '../model/latency.ts';
import { type SteadyGrowth, steadyGrowthOf, type Sample } from './growth.ts';
import { LatencyRing } from './latency-ring.ts';
import { QUEUE_FIGURES, type QueueFigures, QueueTrack } from './queue-track.ts';
import { StatisticHistory } from './statistic-history.ts';
import { FIGURES, type SecondFigures, SECONDS, SUMS, Track } from './track.ts';

/** Figures of all workers over one second, or on average over one minute. */
export interface HistoryPoint extends SecondFigures, Nullable<QueueFigures> {
  /** Start, in milliseconds since the epoch. */
  at: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  workers: number;
  /** Workers whose figures are stale: they reported nothing for this second. */
  stale: number;
}

/** One second of a slot. */
export interface SlotPoint extends SecondFigures {
  /** Start, in milliseconds since the epoch. */
  at: number;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Accept queues of one second, or on average of one minute. */
export interface QueuePoint extends Nullable<QueueFigures> {
  at: number;
}

/** Figures of a queue of which nothing is known. */
const NO_QUEUE = queueFigures(() => null);

/** Event loops of one slot, second by second. */
export interface Lane {
  slot: number;
  /** Event loop utilization; null: nothing is known. */
  elu: (number | null)[];
  lagMs: (number | null)[];
}

/** Latest figures of a worker. */
export interface LastPulse {
  worker: number;
  slot: number;
  point: PulsePoint;
  service: ServiceName;
}

/** What a history keeps over a restart of its process. */
export interface HistoryData {
  tracks: { slot: number; seconds: number[][] }[];
  minutes: HistoryPoint[];
}

interface Live extends LastPulse {
  readonly track: Track;
}

const MS = 1_000;
const MINUTE = 60;

/** Minutes kept: a day. */
const MINUTES = 1_440;

/** Ended workers whose last figures are kept. */
const MAX_ENDED = 50;

/** Span over which memory may be found to grow. */
const GROWTH_SECONDS = 300;

/** First seconds of a worker, in which memory always grows. */
const YOUNG_SAMPLES = 30;

/** Seconds until all workers have told of a second, unless they are silent. */
const SETTLED_AFTER = 2;

/**
 * History of a group, from what its workers tell each second: by the second for half an hour, by the
 * minute for a day. A worker that ended stays in it, and one that is silent keeps its last figures.
 */
export class GroupHistory {
  /** Statistics over time. */
  readonly statistics = new StatisticHistory();
  readonly #live = new Map<number, Live>();
  /** Tracks of workers that ended, by slot. */
  readonly #ended = new Map<number, Track>();
  /** Last points of workers that ended, as many as the primary has exits. */
  readonly #lastOfEnded = new Map<number, PulsePoint>();
  readonly #latency = new LatencyRing();
  readonly #queues = new QueueTrack();
  readonly #minutes = new Ring<HistoryPoint>(MINUTES);
  #minute = 0;
  #service: ServiceName = { name: '', version: '' };

  constructor(kept?: HistoryData) {
    this.absorb(kept);
  }

  /** Name and version of the application, as a worker told them last. */
  get service(): ServiceName {
    return this.#service;
  }

  /** Latest figures of the workers that are there. */
  get last(): readonly LastPulse[] {
    return [...this.#live.values()];
  }

  /** Adds the past that another process has kept. */
  absorb({ tracks, minutes }: HistoryData = { tracks: [], minutes: [] }): void {
    // The file of another version: its past is lost, and nothing else.
    if (!Array.isArray(tracks) || !Array.isArray(minutes)) return;
    for (const { slot, seconds } of tracks) this.#addEnded(slot, Track.from(seconds));
    // Points of an older release have fewer figures.
    for (const point of minutes) this.#minutes.push({ ...NO_QUEUE, ...point });
    this.#minute = Math.max(this.#minute, Math.floor((minutes.at(-1)?.at ?? 0) / (MINUTE * MS)));
  }

  take({ worker, slot, point, service }: LastPulse): void {
    const track = this.#live.get(worker)?.track ?? new Track();
    track.add(point);
    this.#latency.add(Math.floor((point.at - 1) / MS), point.latency);
    // Last: a point that cannot be read counts for nothing.
    this.#live.set(worker, { worker, slot, point, service, track });
    this.#service = service;
  }

  takeQueues(nowMs: number, queues: PrimaryReports['accept-queue']): void {
    this.#queues.take(nowMs, queues);
  }

  /** Ends the workers that `isPresent` doesn't know: their past stays. */
  endAllBut(isPresent: (worker: number) => boolean): void {
    for (const [worker, { slot, point, track }] of this.#live) {
      if (isPresent(worker)) continue;
      this.#live.delete(worker);
      this.#addEnded(slot, track);
      this.#lastOfEnded.set(worker, point);
      const [oldest] = this.#lastOfEnded.keys();
      if (this.#lastOfEnded.size > MAX_ENDED && oldest !== undefined) {
        this.#lastOfEnded.delete(oldest);
      }
    }
  }

  /** Sums up the minutes that are over. Call it at least once in half an hour. */
  tick(nowMs: number): void {
    const minute = Math.floor((nowMs / MS - SETTLED_AFTER) / MINUTE) - 1;
    if (minute <= this.#minute) return;
    this.#minute = minute;
    const seconds = this.#seconds(minute * MINUTE, (minute + 1) * MINUTE - 1);
    const point = averageOf(seconds, this.#latency.over(minute * MINUTE, MINUTE));
    if (point !== undefined) this.#minutes.push({ ...point, at: minute * MINUTE * MS });
  }

  /** Points of the last `windowMs`: seconds up to half an hour, minutes beyond. */
  points(nowMs: number, windowMs: number): HistoryPoint[] {
    if (windowMs > SECONDS * MS) {
      return this.#minutes.toArray().filter(({ at }) => at >= nowMs - windowMs);
    }
    const last = Math.floor(nowMs / MS) - SETTLED_AFTER;
    return this.#seconds(last - Math.floor(windowMs / MS) + 1, last);
  }

  /** Accept queues of the last `windowMs`: seconds up to half an hour, minutes beyond. */
  queuePoints(nowMs: number, windowMs: number): QueuePoint[] {
    if (windowMs > SECONDS * MS) return this.points(nowMs, windowMs).map(queuePointOf);
    const last = Math.floor(nowMs / MS) - 1;
    const seconds = Array.from({ length: Math.floor(windowMs / MS) }, (_, at) => last - at);
    return seconds.toReversed().flatMap((second) => {
      const figures = this.#queues.at(second);
      return figures === undefined ? [] : [{ at: second * MS, ...figures }];
    });
  }

  /** Event loops of all slots over the last `windowMs`. */
  lanes(nowMs: number, windowMs: number): Lane[] {
    const last = Math.floor(nowMs / MS) - SETTLED_AFTER;
    const count = Math.min(SECONDS, Math.floor(windowMs / MS));
    const live = Map.groupBy(this.#live.values(), ({ slot }) => slot);
    const slots = new Set([...this.#ended.keys(), ...live.keys()]);
    const seconds = Array.from({ length: count }, (_, at) => last - count + 1 + at);
    return [...slots]
      .toSorted((a, b) => a - b)
      .map((slot) => {
        const tracks = { live: live.get(slot) ?? [], ended: this.#ended.get(slot) };
        const figures = seconds.map((second) => figuresOf(tracks, second));
        return {
          slot,
          elu: figures.map((one) => one?.elu ?? null),
          lagMs: figures.map((one) => one?.lagMs ?? null),
        };
      });
  }

  /** Figures of a worker, and of those before it in its slot, over at most half an hour. */
  workerPoints(worker: number, nowMs: number, windowMs: number): SlotPoint[] {
    const own = this.#live.get(worker);
    if (own === undefined) return [];
    const last = Math.floor(nowMs / MS) - SETTLED_AFTER;
    const count = Math.min(SECONDS, Math.floor(windowMs / MS));
    const live = [...this.#live.values()].filter(({ slot }) => slot === own.slot);
    const before = { live, ended: this.#ended.get(own.slot) };
    return Array.from({ length: count }, (_, at) => last - count + 1 + at).flatMap((second) => {
      // Its own alone while another drains or boots beside it.
      const figures = figuresOf({ live: [own] }, second) ?? figuresOf(before, second);
      return figures === undefined ? [] : [{ at: second * MS, ...figures }];
    });
  }

  /** Memory of present workers that grows steadily, over the last five minutes. */
  growth(nowMs: number): SteadyGrowth[] {
    const last = Math.floor(nowMs / MS) - SETTLED_AFTER;
    return [...this.#live.values()].flatMap(({ slot, track }) => {
      const samples: Sample[] = [];
      for (let at = last - GROWTH_SECONDS; at <= last; at++) {
        const bytes = track.at(at)?.rssBytes;
        if (bytes !== undefined) samples.push({ at, bytes });
      }
      return steadyGrowthOf(slot, samples.slice(YOUNG_SAMPLES)) ?? [];
    });
  }

  /** Last figures of a worker that ended, a while ago or just now. */
  lastOf(worker: number): PulsePoint | undefined {
    return this.#lastOfEnded.get(worker) ?? this.#live.get(worker)?.point;
  }

  data(): HistoryData {
    const tracks = [
      ...Array.from(this.#ended, ([slot, track]) => ({ slot, track })),
      ...this.#live.values(),
    ];
    const bySlot = Map.groupBy(tracks, ({ slot }) => slot);
    return {
      tracks: Array.from(bySlot, ([slot, all]) => {
        const whole = new Track();
        for (const { track } of all) whole.addAll(track);
        return { slot, seconds: whole.data() };
      }),
      minutes: this.#minutes.toArray(),
    };
  }

  #addEnded(slot: number, track: Track): void {
    const past = this.#ended.get(slot);
    if (past === undefined) this.#ended.set(slot, track);
    else past.addAll(track);
  }

  #seconds(from: number, to: number): HistoryPoint[] {
    const points: HistoryPoint[] = [];
    for (let second = from; second <= to; second++) {
      const point = this.#second(second);
      if (point !== undefined) points.push(point);
    }
    return points;
  }

  #second(second: number): HistoryPoint | undefined {
    const all: SecondFigures[] = [];
    let silent = 0;
    for (const worker of this.#live.values()) {
      const told = worker.track.at(second);
      if (told !== undefined) all.push(told);
      else if (isAfter(second, worker)) {
        all.push(stale(worker, second));
        silent++;
      }
    }
    for (const track of this.#ended.values()) {
      const ended = track.at(second);
      if (ended !== undefined) all.push(ended);
    }
    if (all.length === 0) return undefined;
    return {
      at: second * MS,
      ...sumOf(all),
      ...quantilesOf(this.#latency.over(second, 1)),
      ...(this.#queues.at(second) ?? NO_QUEUE),
      workers: all.length,
      stale: silent,
    };
  }
}

/** Tracks of the processes of one slot. */
interface SlotTracks {
  live: readonly Live[];
  ended?: Track | undefined;
}

function figuresOf({ live, ended }: SlotTracks, second: number): SecondFigures | undefined {
  const all: SecondFigures[] = [];
  for (const worker of live) {
    const told = worker.track.at(second);
    if (told !== undefined) all.push(told);
    else if (isAfter(second, worker)) all.push(stale(worker, second));
  }
  const past = ended?.at(second);
  if (past !== undefined) all.push(past);
  return all.length === 0 ? undefined : sumOf(all);
}

function isAfter(second: number, { point }: LastPulse): boolean {
  return second * MS >= point.at;
}

/** Figures of a worker that has told nothing since: what it held, and a loop that is late. */
function stale({ point }: LastPulse, second: number): SecondFigures {
  const { inFlight, rssBytes, heapUsedBytes } = point;
  const lagMs = Math.max(0, (second + 1) * MS - point.at - MS);
  return { requests: 0, failed: 0, inFlight, cpu: 0, rssBytes, heapUsedBytes, elu: 1, lagMs };
}

function sumOf(all: readonly SecondFigures[]): SecondFigures {
  const sum = { ...NO_FIGURES };
  for (const one of all) {
    for (const figure of SUMS) sum[figure] += one[figure];
    sum.elu += one.elu / all.length;
    sum.lagMs = Math.max(sum.lagMs, one.lagMs);
  }
  for (const figure of FIGURES) sum[figure] = rounded(sum[figure]);
  return sum;
}

const NO_FIGURES: SecondFigures = {
  requests: 0,
  failed: 0,
  inFlight: 0,
  cpu: 0,
  rssBytes: 0,
  heapUsedBytes: 0,
  elu: 0,
  lagMs: 0,
};

function quantilesOf(latency: Latency): Pick<HistoryPoint, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  return {
    p50Ms: latency.quantile(0.5),
    p95Ms: latency.quantile(0.95),
    p99Ms: latency.quantile(0.99),
  };
}

function queueFigures(of: (name: keyof QueueFigures) => number | null): Nullable<QueueFigures> {
  const figures = QUEUE_FIGURES.map((name) => [name, of(name)] as const);
  return Object.fromEntries(figures) as Nullable<QueueFigures>;
}

function queuePointOf(point: HistoryPoint): QueuePoint {
  return { at: point.at, ...queueFigures((name) => point[name]) };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Average of a minute; of lag the largest. */
function averageOf(points: readonly HistoryPoint[], latency: Latency): HistoryPoint | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  const mean = (of: (point: HistoryPoint) => number): number => {
    return points.reduce((sum, point) => sum + of(point), 0) / points.length;
  };
  const sums = SUMS.map((figure) => [figure, mean((point) => point[figure])] as const);
  return {
    ...first,
    ...(Object.fromEntries(sums) as Record<(typeof SUMS)[number], number>),
    elu: mean(({ elu }) => elu),
    lagMs: Math.max(...points.map(({ lagMs }) => lagMs)),
    ...quantilesOf(latency),
    ...queueFigures((name) => meanOf(points.map((point) => point[name]))),
    workers: Math.max(...points.map(({ workers }) => workers)),
    stale: Math.max(...points.map(({ stale: count }) => count)),
  };
}
