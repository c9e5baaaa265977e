import type { HistoryPoint } from '../../history/group-history.ts';
import { bytes, count, duration, percent, rate } from '../../view/format.ts';
import type { Html } from '../../view/html.ts';
import type { Tile } from '../../view/parts.ts';
import { sparkline } from '../../view/sparkline.ts';

/** Figures behind the tiles. */
export interface TileFigures {
  now: HistoryPoint | null;
  history: readonly HistoryPoint[];
  /** Connections in the accept queues. */
  waiting: number;
  /** Connections shed since the start. */
  shed: number;
  /** Private memory of the worker with the most, and its limit. */
  memory: { worstBytes: number; limitBytes: number | null };
}

/** Key figures: traffic, what is refused, and load. */
export function overviewTiles(figures: TileFigures): Tile[] {
  return [...trafficTiles(figures), shedTile(figures), ...loadTiles(figures)];
}

type Trend = (of: (point: HistoryPoint) => number | null, line?: number) => Html;

function trendOf(history: readonly HistoryPoint[]): Trend {
  return (of, line) => sparkline(history.map(of), line);
}

function trafficTiles({ now, history }: TileFigures): Tile[] {
  const trend = trendOf(history);
  const failed = failedShare(now);
  return [
    {
      label: 'Requests',
      value: rate(now?.requests),
      note: `${count(now?.inFlight)} in flight${staleNote(now)}`,
      href: '/requests',
      trend: trend(({ requests }) => requests),
    },
    {
      label: 'Failed (5xx)',
      value: failed === null ? '–' : percent(failed),
      note: `${rate(now?.failed)} of answers`,
      tone: failed === null ? 'plain' : toneOf(failed, { fair: 0, poor: 0.05 }),
      href: '/errors',
      trend: trend((point) => point.failed, 4),
    },
    {
      label: 'Latency p50 / p99',
      value: `${duration(now?.p50Ms)} / ${duration(now?.p99Ms)}`,
      note: `p95 ${duration(now?.p95Ms)}`,
      href: '/routes',
      trend: trend(({ p99Ms }) => p99Ms, 1),
    },
  ];
}

function shedTile({ now, history, waiting, shed }: TileFigures): Tile {
  return {
    label: 'Connections shed',
    value: rate(now?.shed),
    note: `${count(waiting)} waiting, ${count(shed)} shed since the start`,
    tone: toneOf(now?.shed ?? 0, { fair: 0, poor: 0 }),
    href: '/overload',
    trend: trendOf(history)((point) => point.shed, 4),
  };
}

/** Share of answers; null: nothing was answered, which is not the same as nothing failed. */
function failedShare(now: HistoryPoint | null): number | null {
  return now === null || now.requests === 0 ? null : now.failed / now.requests;
}

/** Says that figures of silent workers are those that they told last. */
function staleNote(now: HistoryPoint | null): string {
  if (now === null || now.stale === 0) return '';
  return `, ${now.stale} of ${now.workers} workers silent`;
}

function loadTiles({ now, history, memory }: TileFigures): Tile[] {
  const trend = trendOf(history);
  return [
    {
      label: 'Event loop lag',
      value: duration(now?.lagMs),
      note: `worst worker; utilization ${percent(now?.elu)}`,
      tone: toneOf(now?.lagMs ?? 0, { fair: 100, poor: 500 }),
      href: '/blocked-loop',
      trend: trend(({ lagMs }) => lagMs, 1),
    },
    {
      label: 'RSS',
      value: bytes(now?.rssBytes),
      note: memoryNote(memory),
      tone: memoryTone(memory),
      href: '/resources',
      trend: trend(({ rssBytes }) => rssBytes),
    },
  ];
}

function toneOf(value: number, from: { fair: number; poor: number }): 'poor' | 'fair' | 'plain' {
  if (value > from.poor) return 'poor';
  return value > from.fair ? 'fair' : 'plain';
}

/** The largest worker against its limit: the sum says nothing of who is replaced next. */
function memoryNote({ worstBytes, limitBytes }: TileFigures['memory']): string {
  const limit = limitBytes === null ? '' : ` of ${bytes(limitBytes)}`;
  return `largest worker ${bytes(worstBytes)}${limit} private`;
}

function memoryTone({ worstBytes, limitBytes }: TileFigures['memory']): 'poor' | 'fair' | 'plain' {
  return limitBytes === null ? 'plain' : toneOf(worstBytes / limitBytes, { fair: 0.8, poor: 1 });
}
