import { plural } from '../../common/plural.ts';
import type { PrimaryReports, WorkerReports } from '../../reports/report-types.ts';
import type { AuditRecord } from '../audit.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { QueuePoint } from '../history/group-history.ts';
import type { Incident } from '../incidents/incident-log.ts';
import { mergeReadable } from '../model/merge-readable.ts';

/** Event in the life of a group. */
export interface JournalEntry {
  /** In milliseconds since the epoch. */
  at: number;
  kind:
    | 'start'
    | 'exit'
    | 'block'
    | 'shed'
    | 'recycling'
    | 'reload'
    | 'scaling'
    | 'operation'
    | 'incident';
  /** Null: not of one slot. */
  slot: number | null;
  worker: number | null;
  text: string;
  /** Page with the details. */
  href: string;
}

export interface JournalSources {
  workers: PrimaryReports['workers'];
  exits: PrimaryReports['exits'];
  replacements: PrimaryReports['recycling']['history'];
  /** Changes of the number of workers. */
  scaling: NonNullable<PrimaryReports['scaling']>['history'];
  blocked: WorkerAnswer<WorkerReports['blocked-loop']>[];
  /** Accept queues of the last half hour. */
  queues: readonly QueuePoint[];
  audit: readonly AuditRecord[];
  /** Changes by operators that last. */
  actions: PrimaryReports['actions'];
  incidents: readonly Incident[];
  /** Now, in milliseconds since the epoch. */
  now: number;
}

/** Entries kept. */
const MAX_ENTRIES = 300;

/** Seconds without a shed connection that end a span of shedding. */
const QUIET_MS = 10_000;

/** All that happened to a group, as far as it is known, newest first. */
export function journalOf(sources: JournalSources): JournalEntry[] {
  const entries = [
    ...starts(sources),
    ...exits(sources),
    ...mergeReadable(sources.blocked, (blocked) => blocks(blocked, sources)),
    ...sheds(sources),
    ...replacements(sources),
    ...scalings(sources),
    ...operations(sources),
    ...actions(sources),
    ...incidentEntries(sources),
  ];
  return entries.toSorted((a, b) => b.at - a.at).slice(0, MAX_ENTRIES);
}

/** Starts of the workers that are there, and of those that ended. */
function starts({ workers, exits: ends, now }: JournalSources): JournalEntry[] {
  const present = workers.flatMap(({ id, slot, pid, uptimeMs }): JournalEntry[] => {
    return id === null || uptimeMs === null ? [] : [startOf({ at: now - uptimeMs, id, slot, pid })];
  });
  const ended = ends.map(({ id, slot, pid, at, uptimeMs }) => {
    return startOf({ at: Date.parse(at) - uptimeMs, id, slot, pid });
  });
  return [...present, ...ended];
}

function startOf({ at, id, slot, pid }: Start): JournalEntry {
  const text = `Started, PID ${pid ?? 'unknown'}`;
  return { at, kind: 'start', slot, worker: id, text, href: '/workers' };
}

interface Start {
  at: number;
  id: number;
  slot: number;
  pid: number | null;
}

function exits(sources: JournalSources): JournalEntry[] {
  return sources.exits.map(({ at, id, slot, cause, reason }) => ({
    at: Date.parse(at),
    kind: 'exit',
    slot,
    worker: id,
    text: `Ended (${cause}): ${reason}`,
    href: '/exits',
  }));
}

/** The latest block of each line; the page has their number. */
function blocks(
  blocked: JournalSources['blocked'],
  { workers }: Pick<JournalSources, 'workers'>,
): JournalEntry[] {
  return blocked.flatMap(({ worker, value }) =>
    value.frames.map(({ frame, lastAt, longestMs, count }): JournalEntry => {
      const times = count === 1 ? '' : `, ${plural(count, 'time')}`;
      return {
        at: lastAt,
        kind: 'block',
        slot: workers.find(({ id }) => id === worker)?.slot ?? null,
        worker,
        text: `Event loop blocked for up to ${Math.round(longestMs)} ms${times} by ${frame}`,
        href: '/blocked-loop',
      };
    }),
  );
}

/** Spans in which the accept queue shed connections. */
function sheds({ queues }: JournalSources): JournalEntry[] {
  const spans: { from: number; to: number; count: number }[] = [];
  for (const { at, shed } of queues) {
    if (shed === null || shed === 0) continue;
    const last = spans.at(-1);
    if (last !== undefined && at - last.to < QUIET_MS) {
      last.to = at;
      last.count += shed;
    } else {
      spans.push({ from: at, to: at, count: shed });
    }
  }
  return spans.map(({ from, to, count }) => ({
    at: from,
    kind: 'shed',
    slot: null,
    worker: null,
    text: `${plural(Math.round(count), 'connection')} shed within ${Math.round((to - from) / 1_000) + 1} s`,
    href: '/overload',
  }));
}

function replacements(sources: JournalSources): JournalEntry[] {
  return sources.replacements.map(({ at, kind, slot, reason, outcome, before }) => ({
    at: Date.parse(at),
    kind: kind === 'reload' ? 'reload' : 'recycling',
    slot,
    worker: before.id,
    text: `${kind === 'reload' ? 'Reload' : 'Recycling'}: ${outcome}, ${reason}`,
    href: '/exits',
  }));
}

function scalings({ scaling }: JournalSources): JournalEntry[] {
  return scaling.map(({ at, from, to, reason }) => ({
    at: Date.parse(at),
    kind: 'scaling',
    slot: null,
    worker: null,
    text: from === to ? `Workers stay ${to}: ${reason}` : `Workers ${from} → ${to}: ${reason}`,
    href: '/scaling',
  }));
}

/** Without those that the primary has recorded itself, which outlive this process. */
function operations({ audit, actions: own }: JournalSources): JournalEntry[] {
  const recorded = new Set(own.map(({ what }) => what));
  const others = audit.filter(({ what, outcome }) => outcome !== 'done' || !recorded.has(what));
  return others.map(({ at, by, what, outcome }) => ({
    at: Date.parse(at),
    kind: 'operation',
    slot: null,
    worker: null,
    text: `${what} by ${by}: ${outcome}`,
    href: '/operations',
  }));
}

function actions(sources: JournalSources): JournalEntry[] {
  return sources.actions.map(({ at, slot, worker, text }) => ({
    at: Date.parse(at),
    kind: 'operation',
    slot,
    worker,
    text,
    href: '/operations',
  }));
}

/** Kinds of incidents that no other entry covers. */
const TOLD_HERE: ReadonlySet<Incident['kind']> = new Set(['outage', 'dependency', 'hint']);

function incidentEntries({ incidents }: JournalSources): JournalEntry[] {
  return incidents
    .filter(({ kind }) => TOLD_HERE.has(kind))
    .flatMap(({ startedAt, endedAt, text, href }) => {
      const entry = { kind: 'incident', slot: null, worker: null, href } as const;
      const began = { ...entry, at: startedAt, text };
      return endedAt === null ? [began] : [began, { ...entry, at: endedAt, text: `Over: ${text}` }];
    });
}
