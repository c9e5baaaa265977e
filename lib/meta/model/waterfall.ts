import type { RequestRecord } from '../../insight/request-record.ts';
import type { WorkerReports } from '../../reports/report-types.ts';

type LatestBlock = WorkerReports['blocked-loop']['latest'][number];

/** What a part of a request's time was spent on. `own`: the handler itself. */
export type SpanKind = 'admission' | 'step' | 'own' | 'blocked';

/** Part of the time of a request. */
export interface Span {
  kind: SpanKind;
  name: string;
  /** Start, from the start of the request. */
  atMs: number;
  ms: number;
}

/** Time of a request in its parts, by their start. Steps may overlap. */
export interface Waterfall {
  durationMs: number;
  spans: Span[];
  /** Time outside of admission, steps and blocked loops. */
  ownMs: number;
  /** Time for which the event loop was blocked meanwhile, by this request or by another one. */
  blockedMs: number;
}

/** Shorter gaps are left out of the drawing: they are what measuring costs. */
const MIN_GAP_MS = 0.1;
const MIN_GAP_SHARE = 0.002;

/** Names the parts of a request's time; a block of its worker's event loop names a gap. */
export function waterfallOf(
  record: Pick<RequestRecord, 'startedAt' | 'durationMs' | 'queueWaitMs' | 'steps'>,
  blocks: readonly LatestBlock[],
): Waterfall {
  const { durationMs, queueWaitMs, steps } = record;
  const admission: Span[] =
    queueWaitMs > 0 ? [{ kind: 'admission', name: 'admission', atMs: 0, ms: queueWaitMs }] : [];
  const known = steps.map(({ name, atMs, ms }): Span => ({ kind: 'step', name, atMs, ms }));
  const blocked = blocks.flatMap((block) => blockedSpan(record, block));
  const gaps = gapsIn(durationMs, [...admission, ...known, ...blocked]);
  const own = gaps.map(({ atMs, ms }): Span => ({ kind: 'own', name: 'own time', atMs, ms }));
  const minMs = Math.max(MIN_GAP_MS, durationMs * MIN_GAP_SHARE);
  const spans = [...admission, ...known, ...blocked, ...own.filter(({ ms }) => ms >= minMs)];
  return {
    durationMs,
    spans: spans.toSorted((a, b) => a.atMs - b.atMs || b.ms - a.ms),
    ownMs: own.reduce((sum, { ms }) => sum + ms, 0),
    blockedMs: coveredIn(durationMs, blocked),
  };
}

/** Part of a block that overlaps the request; a block is known by its end, `at`. */
function blockedSpan(
  { startedAt, durationMs }: Pick<RequestRecord, 'startedAt' | 'durationMs'>,
  { at, blockedMs, frame }: LatestBlock,
): Span[] {
  const from = Math.max(0, at - blockedMs - startedAt);
  const to = Math.min(durationMs, at - startedAt);
  if (to <= from) return [];
  const name = `event loop blocked at ${frame}`;
  return [{ kind: 'blocked', name, atMs: from, ms: to - from }];
}

interface Gap {
  atMs: number;
  ms: number;
}

/** Time that no span covers. */
function gapsIn(durationMs: number, spans: readonly Span[]): Gap[] {
  const gaps: Gap[] = [];
  let covered = 0;
  for (const { atMs, ms } of spans.toSorted((a, b) => a.atMs - b.atMs)) {
    const from = Math.min(atMs, durationMs);
    if (from > covered) gaps.push({ atMs: covered, ms: from - covered });
    covered = Math.max(covered, Math.min(durationMs, atMs + ms));
  }
  if (durationMs > covered) gaps.push({ atMs: covered, ms: durationMs - covered });
  return gaps;
}

function coveredIn(durationMs: number, spans: readonly Span[]): number {
  return gapsIn(durationMs, spans).reduce((rest, { ms }) => rest - ms, durationMs);
}
