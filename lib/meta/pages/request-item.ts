import type { RequestLogs, RequestsReport } from '../../insight/request-log.ts';
import type { EndedRecord, LiveRecord } from '../../insight/request-record.ts';
import type { ErrorGroup } from '../../logging/recent-errors.ts';
import type { Coverage, Envelope, WorkerAnswer } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';
import { NotFoundError } from '../meta.errors.ts';
import { type Waterfall, waterfallOf } from '../model/waterfall.ts';
import { traceUrlOf } from '../setup.ts';
import { errorStacks } from '../view/error-stacks.ts';
import { duration, exactTime, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { type Fact, facts, section } from '../view/parts.ts';
import { statusView } from '../view/status.ts';
import { waterfallView } from '../view/waterfall-view.ts';
import { type LogLine, logTable } from './log-table.ts';
import type { Question } from './page.ts';

/** Everything that is kept of one request. */
export interface OneRequest {
  worker: number | null;
  /** Null: its record is gone, and only logs or errors are left. */
  request: LiveRecord | EndedRecord | null;
  waterfall: Waterfall | null;
  traceId: string | null;
  /** Address of the trace; null without a trace, or without `traceUrl` of the setup. */
  traceUrl: string | null;
  /** Oldest first. */
  logs: LogLine[];
  /** Log records that were not kept with the request. */
  logsDropped: number;
  /** Groups of errors whose latest one is of this request. */
  errors: ErrorGroup[];
}

/** @throws NotFoundError when all workers have answered, and nothing is known of it */
export async function loadRequest(
  { reports, worker, traceUrl }: Question,
  id: string,
): Promise<Envelope<OneRequest>> {
  const [requests, kept, recent, errors, blocked] = await Promise.all([
    reports.gather('requests', { worker }),
    reports.gather('request-logs', { worker }),
    reports.gather('logs', { worker }),
    reports.gather('errors', { worker }),
    reports.gather('blocked-loop', { worker }),
  ]);
  const own = ownLogs(kept.data, id);
  const known = {
    found: requests.data.flatMap((answer) => findIn(answer, id))[0],
    logs: logsOf(own, recent.data, id),
    logsDropped: own.reduce((sum, { value }) => sum + value.dropped, 0),
    errors: errors.data.flatMap(({ value }) => value.filter((one) => one.requestId === id)),
  };
  assertKnown(id, known, requests.workers);
  return { ...requests, data: requestOf(known, blocked.data, traceUrl) };
}

interface Known extends Pick<OneRequest, 'logs' | 'logsDropped' | 'errors'> {
  found: Found | undefined;
}

interface Found {
  worker: number;
  request: LiveRecord | EndedRecord;
}

function requestOf(
  { found, ...known }: Known,
  blocked: Answers<'blocked-loop'>,
  template: string | undefined,
): OneRequest {
  const traceId = traceIdOf(found?.request, known.logs);
  const trace = {
    traceId,
    traceUrl: traceId === null || template === undefined ? null : traceUrlOf(template, traceId),
  };
  if (found === undefined) {
    const worker = known.logs[0]?.worker ?? null;
    return { ...known, ...trace, worker, request: null, waterfall: null };
  }
  const waterfall = waterfallOf(found.request, blocksOf(blocked, found.worker));
  return { ...known, ...trace, ...found, waterfall };
}

function assertKnown(id: string, { found, logs, errors }: Known, { missing }: Coverage): void {
  if (found !== undefined || logs.length + errors.length + missing.length > 0) return;
  throw new NotFoundError(`No record of request "${id}" is kept any more: search your log store`);
}

function findIn({ worker, value }: WorkerAnswer<RequestsReport>, id: string): Found[] {
  const { live, failed, classes } = value;
  const all = [...failed, ...classes.flatMap(({ requests }) => requests), ...live];
  return all.filter((one) => one.id === id).map((request) => ({ worker, request }));
}

function ownLogs(
  answers: Answers<'request-logs'>,
  id: string,
): { worker: number; value: RequestLogs }[] {
  return answers.flatMap(({ worker, value }) => {
    return value.filter((one) => one.id === id).map((one) => ({ worker, value: one }));
  });
}

/** Records kept with the request, and those that are still among the recent ones. */
function logsOf(
  own: readonly { worker: number; value: RequestLogs }[],
  recent: Answers<'logs'>,
  id: string,
): LogLine[] {
  const kept = own.flatMap(({ worker, value }) => {
    return value.records.map((record) => ({ worker, record }));
  });
  const others = recent.flatMap(({ worker, value }) => {
    return value.filter((one) => one['requestId'] === id).map((record) => ({ worker, record }));
  });
  const lines = [...kept, ...others].map((line) => [JSON.stringify(line), line] as const);
  return [...new Map(lines).values()].toSorted(
    (a, b) => Number(a.record['time']) - Number(b.record['time']),
  );
}

/** Of an older release no record has an id, and of a request that is gone only logs are left. */
function traceIdOf(request: LiveRecord | EndedRecord | undefined, logs: LogLine[]): string | null {
  if (typeof request?.traceId === 'string') return request.traceId;
  const told = logs.find(({ record }) => typeof record['traceId'] === 'string');
  return told === undefined ? null : String(told.record['traceId']);
}

function blocksOf(answers: Answers<'blocked-loop'>, worker: number) {
  const own = answers.filter((one) => one.worker === worker);
  // Absent in reports of an older release.
  return own.flatMap(({ value }) => value.latest ?? []);
}

/** Route of a request whose record is known, and its id. */
export function requestTitle({ request }: OneRequest, id: string): string {
  return request === null ? `Request ${id}` : `${request.method} ${request.route}`;
}

/** Page of one request: its time, its logs, its errors. */
export function requestView(data: OneRequest): Html {
  const { request, waterfall, logs, logsDropped, errors } = data;
  const dropped =
    logsDropped === 0
      ? ''
      : html`<p class="hint">${logsDropped} further records were not kept with the request.</p>`;
  return html`${request === null ? html`<p class="empty">The record of this request is not kept any more.</p>` : facts(factsOf(data, request))}
  ${waterfall === null ? '' : section('Waterfall', waterfallView(waterfall))}
  ${errors.length === 0 ? '' : section('Errors', errors.map(errorView))}
  ${section('Logs', dropped, logTable(logs, 'No log records are kept of this request.'))}`;
}

function factsOf(data: OneRequest, request: LiveRecord | EndedRecord): Fact[] {
  const { worker, waterfall } = data;
  const { method, route, startedAt, durationMs, queueWaitMs, userAgent } = request;
  const name = `${method} ${route}`;
  return [
    {
      label: 'Route',
      value: html`<code>${name}</code>
        <a href="/requests?route=${encodeURIComponent(name)}">Requests like this</a>`,
    },
    ...stateFacts(request),
    {
      label: 'Started',
      value: html`${exactTime(startedAt)} UTC, ${moment(startedAt)}`,
    },
    { label: 'Duration', value: durationMs, kind: 'duration' },
    { label: 'Admission wait', value: queueWaitMs, kind: 'duration' },
    { label: 'Own time', value: waterfall?.ownMs, kind: 'duration' },
    { label: 'Event loop blocked', value: waterfall?.blockedMs, kind: 'duration' },
    { label: 'Request', value: request.id, kind: 'code' },
    { label: 'Worker', value: worker },
    { label: 'Trace', value: traceLink(data) },
    { label: 'User agent', value: userAgent },
  ];
}

function stateFacts(request: LiveRecord | EndedRecord): Fact[] {
  if ('status' in request) {
    return [{ label: 'Status', value: statusView(request) }];
  }
  return [
    { label: 'In flight', value: request.where },
    {
      label: 'Deadline in',
      value: request.remainingMs === null ? 'no deadline' : duration(request.remainingMs),
    },
  ];
}

function traceLink({ traceId, traceUrl }: OneRequest): Html | string {
  if (traceId === null) return '–';
  if (traceUrl === null) return html`<code>${traceId}</code>`;
  return html`<a href="${traceUrl}" rel="noreferrer"><code>${traceId}</code></a>`;
}

function errorView({ name, message, stack, causes }: ErrorGroup): Html {
  return html`<p><strong class="poor">${name}: ${message}</strong></p>
    ${errorStacks({ stack, causes })}`;
}
