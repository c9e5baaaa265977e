import type { PulsePoint } from '../../insight/pulse.ts';

/** Number of seconds kept: half an hour, and those that still change. */
export const SECONDS = 1_810;

/** Figures of a second that add up over the processes of a slot, and over slots. */
export const SUMS = ['requests', 'failed', 'inFlight', 'cpu', 'rssBytes', 'heapUsedBytes'] as const;

/** Figures of which the largest counts. */
export const PEAKS = ['elu', 'lagMs'] as const;

export type Figure = (typeof SUMS)[number] | (typeof PEAKS)[number];

/** Figures of one second. */
export type SecondFigures = Record<Figure, number>;

/** All figures of a second. */
export const FIGURES: readonly Figure[] = [...SUMS, ...PEAKS];

/** Requests that ended during a point, which belong to the seconds that it covers. */
const AMOUNTS: ReadonlySet<Figure> = new Set(['requests', 'failed']);

const MS = 1_000;

/** Figures of one process by the second, for half an hour, in memory that never grows. */
export class Track {
  readonly #values: Record<Figure, Float32Array>;
  /** Second of each place; another one: the place is empty. */
  readonly #seconds = new Int32Array(SECONDS);

  constructor() {
    const columns = FIGURES.map((figure) => [figure, new Float32Array(SECONDS)] as const);
    this.#values = Object.fromEntries(columns) as Record<Figure, Float32Array>;
  }

  /**
   * Adds a point. What happened during it is spread over the seconds that it covers: a point that
   * comes late, after a block, covers several.
   */
  add(point: PulsePoint): void {
    const fromMs = point.at - point.spanMs;
    const [first, last] = [Math.floor(fromMs / MS), Math.floor((point.at - 1) / MS)];
    for (let second = Math.max(first, last - SECONDS + 1); second <= last; second++) {
      const overlapMs = Math.min(point.at, (second + 1) * MS) - Math.max(fromMs, second * MS);
      const share = overlapMs / Math.max(1, point.spanMs);
      this.#put(second, (figure) => point[figure] * (AMOUNTS.has(figure) ? share : 1));
    }
  }

  /** Adds the figures of another track, of a process that ended in the same slot. */
  addAll(other: Track): void {
    for (const second of other.#seconds) {
      const figures = other.at(second);
      if (figures !== undefined) this.#put(second, (figure) => figures[figure], true);
    }
  }

  /** Figures of a second; undefined: none are known. */
  at(second: number): SecondFigures | undefined {
    const place = second % SECONDS;
    if (second === 0 || this.#seconds[place] !== second) return undefined;
    const of = (figure: Figure): number => this.#values[figure][place] ?? 0;
    // Spelled out: it runs for each second of each worker, with every look at the overview.
    return {
      requests: of('requests'),
      failed: of('failed'),
      inFlight: of('inFlight'),
      cpu: of('cpu'),
      rssBytes: of('rssBytes'),
      heapUsedBytes: of('heapUsedBytes'),
      elu: of('elu'),
      lagMs: of('lagMs'),
    };
  }

  /** All seconds that are known, as plain data, oldest first. */
  data(): number[][] {
    const known = Array.from(this.#seconds).filter((second) => second > 0);
    return known
      .toSorted((a, b) => a - b)
      .map((second) => [second].concat(Object.values(this.at(second) ?? {})));
  }

  static from(data: readonly (readonly number[])[]): Track {
    const track = new Track();
    for (const [second = 0, ...figures] of data) {
      track.#put(second, (figure) => figures[FIGURES.indexOf(figure)] ?? 0);
    }
    return track;
  }

  #put(second: number, of: (figure: Figure) => number, addsGauges = false): void {
    const place = second % SECONDS;
    const isKnown = this.#seconds[place] === second;
    this.#seconds[place] = second;
    for (const figure of FIGURES) {
      const before = isKnown ? (this.#values[figure][place] ?? 0) : 0;
      this.#values[figure][place] = combined(figure, before, of(figure), addsGauges);
    }
  }
}

function combined(figure: Figure, before: number, value: number, addsGauges: boolean): number {
  if (figure === 'elu' || figure === 'lagMs') return Math.max(before, value);
  // Two points of one process meet in a second: what happened adds up, what is does not.
  return AMOUNTS.has(figure) || addsGauges ? before + value : value;
}
