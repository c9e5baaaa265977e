import { keyOf, type Labels } from '../../stats/family.ts';
import { mergeStats } from '../../stats/merge.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import {
  STATISTIC_FIGURES,
  figuresOfKind,
  figuresOver,
  type StatisticFigure,
  type StatisticFigures,
} from './statistic-figures.ts';
import { StatisticTrack } from './statistic-track.ts';

/** Interval of samples. */
export const SAMPLE_MS = 10_000;

/** Series kept of all statistics together, and further ones of statistics that were looked at. */
const MAX_SERIES = 400;
const MAX_WATCHED = 20;
const MAX_SERIES_EACH = 50;

/** A sample of one series; figures that were not measured are null. */
export type StatisticPoint = { at: number } & Partial<Record<StatisticFigure, number | null>>;

/** One series of a statistic over time. */
export interface SeriesHistory {
  labels: Labels;
  points: StatisticPoint[];
}

interface Series {
  readonly labels: Labels;
  readonly figures: readonly StatisticFigure[];
  readonly track: StatisticTrack;
}

type Data = StatSnapshot['series'][number]['data'];

/**
 * Statistics of the group over time: each 10 s for half an hour, each minute for three hours, in
 * bounded memory. Statistics beyond the bound are kept from the moment that somebody looks at them.
 */
export class StatisticHistory {
  readonly #byName = new Map<string, Map<string, Series>>();
  /** Names that somebody has looked at, the least recent first. */
  readonly #watched = new Set<string>();
  #before = new Map<string, Data>();
  #beforeAt = -Infinity;
  #size = 0;
  #last: ReadonlyMap<string, readonly StatSnapshot[]> = new Map();

  /** Latest statistics of each process, by its name: `worker 3`, `primary`, `meta`. */
  get last(): ReadonlyMap<string, readonly StatSnapshot[]> {
    return this.#last;
  }

  /**
   * Takes a sample.
   *
   * @param all statistics of every process, and those of processes that ended
   * @param present statistics of the processes that are there
   */
  take(
    nowMs: number,
    all: readonly (readonly StatSnapshot[])[],
    present: ReadonlyMap<string, readonly StatSnapshot[]> = new Map(),
  ): void {
    this.#last = present;
    const before = this.#before;
    const spanMs = nowMs - this.#beforeAt;
    this.#before = new Map();
    this.#beforeAt = nowMs;
    for (const { name, kind, series } of mergeStats(all.map((one) => this.#keptOf(one)))) {
      for (const { labels, data } of series) {
        const key = keyOf(labels);
        const kept = this.#seriesOf(name, key) ?? this.#begin({ name, key, labels, kind });
        if (kept === undefined) continue;
        const id = `${name} ${key}`;
        this.#before.set(id, data);
        kept.track.add(nowMs, figuresOver(data, before.get(id), spanMs));
      }
    }
    this.#forget(nowMs);
  }

  /** Keeps a statistic from now on, even beyond the bound. */
  watch(name: string): void {
    this.#watched.delete(name);
    this.#watched.add(name);
    const [oldest] = this.#watched;
    if (this.#watched.size > MAX_WATCHED && oldest !== undefined) this.#watched.delete(oldest);
  }

  /** Samples of a statistic over the last `windowMs`, by series. */
  of(name: string, nowMs: number, windowMs: number): SeriesHistory[] {
    const all = [...(this.#byName.get(name)?.values() ?? [])];
    return all.map(({ labels, figures, track }) => ({
      labels,
      points: track.points(nowMs, windowMs).map(({ at, ...known }) => pointOf(at, figures, known)),
    }));
  }

  #seriesOf(name: string, key: string): Series | undefined {
    return this.#byName.get(name)?.get(key);
  }

  #hasRoom(name: string): boolean {
    const { size = 0 } = this.#byName.get(name) ?? {};
    return size < MAX_SERIES_EACH && (this.#watched.has(name) || this.#size < MAX_SERIES);
  }

  /** Series of a process that are kept, or may be: merging all of hundreds of routes takes long. */
  #keptOf(statistics: readonly StatSnapshot[]): StatSnapshot[] {
    return statistics.flatMap((one) => {
      if (this.#hasRoom(one.name)) return [one];
      const known = this.#byName.get(one.name);
      if (known === undefined) return [];
      const series = one.series.filter(({ labels }) => known.has(keyOf(labels)));
      return [{ ...one, series } as StatSnapshot];
    });
  }

  #begin({
    name,
    key,
    labels,
    kind,
  }: Pick<StatSnapshot, 'name' | 'kind'> & { key: string; labels: Labels }): Series | undefined {
    if (!this.#hasRoom(name)) return undefined;
    const same = this.#byName.get(name) ?? new Map<string, Series>();
    const figures = figuresOfKind(kind);
    const series = { labels, figures, track: new StatisticTrack(figures) };
    this.#byName.set(name, same.set(key, series));
    this.#size++;
    return series;
  }

  /** Series of which nothing was told for as long as they are shown make room for others. */
  #forget(nowMs: number): void {
    for (const [name, same] of this.#byName) {
      for (const [key, { track }] of same) {
        if (!track.isEmpty(nowMs)) continue;
        same.delete(key);
        this.#size--;
      }
      if (same.size === 0) this.#byName.delete(name);
    }
  }
}

function pointOf(
  at: number,
  figures: readonly StatisticFigure[],
  known: StatisticFigures,
): StatisticPoint {
  const own = STATISTIC_FIGURES.filter((figure) => figures.includes(figure));
  return { at, ...Object.fromEntries(own.map((figure) => [figure, known[figure] ?? null])) };
}
