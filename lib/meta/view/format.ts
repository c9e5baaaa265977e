import { Html, html } from './html.ts';

const UNKNOWN = '–';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Formats a number of bytes with a unit. */
export function bytes(value: number | null | undefined): string {
  if (!isNumber(value)) return UNKNOWN;
  let scaled = Math.abs(value);
  let unit = 0;
  while (scaled >= 1024 && unit < BINARY.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${value < 0 ? '−' : ''}${short(scaled)} ${BINARY[unit]}`;
}

/** Formats milliseconds in a suitable unit. */
export function duration(ms: number | null | undefined): string {
  if (!isNumber(ms)) return UNKNOWN;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${short(ms * 1_000)} µs`;
  if (ms < 1_000) return `${short(ms)} ms`;
  if (ms < 60_000) return `${short(ms / 1_000)} s`;
  return longDuration(ms / 1_000);
}

function longDuration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return `${minutes} min ${Math.floor(seconds % 60)} s`;
}

/** Formats a fraction as a percentage. */
export function percent(fraction: number | null | undefined): string {
  return isNumber(fraction) ? `${short(fraction * 100)} %` : UNKNOWN;
}

/** Formats a number with grouped digits and few decimals. */
export function count(value: number | null | undefined): string {
  if (!isNumber(value)) return UNKNOWN;
  return Number.isInteger(value) ? value.toLocaleString('en-US') : short(value);
}

/** Formats a rate per second. */
export function rate(value: number | null | undefined): string {
  return isNumber(value) ? `${short(value)} /s` : UNKNOWN;
}

/** Shortens paths below the working directory, which is that of all processes of a group. */
export function shortPaths(text: string): string {
  return text.replaceAll(`${process.cwd()}/`, '');
}

/** Time of day on a 24-hour clock. */
export function clockTime(at: number): string {
  return CLOCK.format(at);
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Relative time, with the exact one as tooltip. */
export function moment(at: number | string | null | undefined, now = Date.now()): Html {
  const time = typeof at === 'string' ? Date.parse(at) : at;
  if (!isNumber(time) || Math.abs(time) > 8.64e15) return html`<span class="unknown">–</span>`;
  const iso = new Date(time).toISOString();
  const gone = now - time;
  const text = Math.abs(gone) < 1_000 ? 'now' : gone > 0 ? `${ago(gone)} ago` : `in ${ago(-gone)}`;
  return html`<time datetime="${iso}" title="${iso}">${text}</time>`;
}

/** Time of day in UTC to the millisecond, with its date. */
export function exactTime(at: number | null | undefined): Html {
  if (!isNumber(at) || Math.abs(at) > 8.64e15) return html`<span class="unknown">–</span>`;
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, -1).replace('T', ' ')}</time>`;
}

/** State as a badge, coloured by severity. */
export function badge(state: string): Html {
  return html`<span class="badge ${toneOf(state)}">${state}</span>`;
}

const GOOD = new Set(['READY', 'HEALTHY', 'OPEN', 'UP', 'OK', 'DONE', 'SERVING']);
const POOR = new Set([
  'STALLED',
  'NOT READY',
  'EXITED',
  'DOWN',
  'FAILING',
  'FAILED',
  'ERROR',
  'BAD',
  'FULL',
  'REFUSE',
  'FATAL',
]);
const FAIR = new Set([
  'OUT',
  'DRAINING',
  'STOPPING',
  'SPAWNED',
  'BOOTING',
  'WARNING',
  'DEGRADED',
  'HELD',
  'PROBING',
  'RUNNING',
  'PARTIAL',
  'CANARY',
  'SILENT',
  'WARN',
]);

/** Tone of a state. */
export function toneOf(state: string): 'good' | 'fair' | 'poor' | 'plain' {
  const upper = state.toUpperCase();
  if (GOOD.has(upper)) return 'good';
  if (POOR.has(upper)) return 'poor';
  return FAIR.has(upper) ? 'fair' : 'plain';
}

function ago(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) {
    return Math.round(value).toLocaleString('en-US');
  }
  return size >= 10 ? value.toFixed(1) : trimmed(value);
}

/** Two decimals, or one significant digit below 0.01. */
function trimmed(value: number): string {
  const text = Math.abs(value) < 0.01 ? value.toPrecision(1) : value.toFixed(2);
  return Number(text).toString();
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
