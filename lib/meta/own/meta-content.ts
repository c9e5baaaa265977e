import type { KeepsAsIs, Redactor } from '../../common/redaction/redactor.ts';
import { Html } from '../view/html.ts';

/** Rows with named values. */
export interface MetaTable {
  kind: 'table';
  title?: string;
  rows: readonly Record<string, unknown>[];
}

/** Names and values. */
export interface MetaFacts {
  kind: 'facts';
  title?: string;
  values: Record<string, unknown>;
}

/** Lines over time. */
export interface MetaChart {
  kind: 'chart';
  title: string;
  unit?: string;
  /** In milliseconds since the epoch, ascending. */
  times: readonly number[];
  series: readonly { label: string; values: readonly (number | null)[] }[];
}

/** Content of an own page. */
export type MetaContent = MetaTable | MetaFacts | MetaChart | Html | readonly MetaContent[];

/** Content as plain data. */
export type PlainContent =
  | MetaTable
  | MetaFacts
  | MetaChart
  | { kind: 'html'; markup: string }
  | { kind: 'list'; parts: PlainContent[] };

/** @throws TypeError for anything that is not content */
export function plainContent(content: unknown): PlainContent {
  if (content instanceof Html) return { kind: 'html', markup: content.markup };
  if (Array.isArray(content)) return { kind: 'list', parts: content.map(plainContent) };
  const { kind } = (content ?? {}) as { kind?: unknown };
  if (kind === 'table' || kind === 'facts' || kind === 'chart') return content as PlainContent;
  throw new TypeError('A page must return a table, facts, a chart, html`...`, or a list of these');
}

/** Returns content without the values of fields that are hidden. */
export function safeContent(content: PlainContent, redactor: Redactor): PlainContent {
  return redactor.whole(content, isMarkup) as PlainContent;
}

/** Markup is never redacted: a replacement within it could change what the rest of it means. */
export const isMarkup: KeepsAsIs = (value) => {
  const { kind, markup } = value as { kind?: unknown; markup?: unknown };
  return kind === 'html' && typeof markup === 'string';
};
