import type { Row } from './topic.ts';

/** Writes results where people or programs read them. */
export interface Reporter {
  row(row: Row): void;
  end(): void;
}

type Write = (text: string) => void;

/** One line of JSON per row, as soon as it is there. */
export function jsonReporter(write: Write): Reporter {
  return {
    row: (row) => write(`${JSON.stringify(row, rounded)}\n`),
    end: () => undefined,
  };
}

/** All rows as one table, at the end. */
export function tableReporter(write: Write): Reporter {
  const rows: Row[] = [];
  return {
    row: (row) => void rows.push(row),
    end: () => write(table(rows)),
  };
}

const HEAD = [
  'metric',
  'ours',
  'peer',
  'unit',
  'ratio min/median/max',
  'bound',
  'bar',
  'pairs',
  '',
];

/** The rows as aligned columns, with what else was seen below. */
export function table(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.map((row) => textAt(row, column).length)),
  );
  const lines = cells.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  return [...lines, ...rows.flatMap(detailLines), ''].map((line) => line.trimEnd()).join('\n');
}

function cellsOf({ topic, metric, against, ...row }: Row): string[] {
  const { min, median, max } = row.ratio;
  return [
    `${topic} ${metric} (${against})`,
    text(row.ours),
    text(row.peer),
    row.unit,
    [min, median, max].map(text).join(' / '),
    text(row.bound),
    row.bar,
    String(row.pairs),
    row.verdict,
  ];
}

function detailLines({ metric, detail = {} }: Row): string[] {
  return Object.entries(detail).map(([target, values]) => {
    const list = Object.entries(values).map(([name, value]) => `${name} ${text(value)}`);
    return `  ${metric}, ${target}: ${list.join(', ')}`;
  });
}

function textAt(row: readonly string[], column: number): string {
  return row[column] ?? '';
}

function text(value: number | null): string {
  return value === null || Number.isNaN(value) ? '-' : String(significant(value));
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? significant(value) : value;
}

/** Four digits tell all that such a measurement knows. */
function significant(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}
