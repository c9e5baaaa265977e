import type {
  BufferGrowth,
  ClassGrowth,
  HeapGrowth,
  MemoryGrowth,
} from '../operations/heap-growth.ts';
import { bytes, count } from './format.ts';
import { html, type HtmlValue } from './html.ts';
import { facts, section } from './parts.ts';
import { type ColumnsOf, columnsOf, table } from './table.ts';

/** Columns that all kinds of growth have. */
const CHANGES: ColumnsOf<Omit<ClassGrowth, 'name'>> = {
  bytesChange: {
    label: 'Growth (bytes)',
    kind: 'bytes',
    of: ({ bytesChange }) => bytesChange,
    show: ({ bytesChange }) => signed(bytesChange, bytes),
  },
  countChange: {
    label: 'Growth (objects)',
    kind: 'count',
    of: ({ countChange }) => countChange,
    show: ({ countChange }) => signed(countChange, count),
  },
  bytes: { label: 'Bytes now', kind: 'bytes', of: (row) => row.bytes },
  count: { label: 'Objects now', kind: 'count', of: (row) => row.count },
};

const CLASSES = columnsOf<ClassGrowth>({
  name: { label: 'Class', kind: 'code', of: ({ name }) => name },
  ...CHANGES,
});

const BUFFERS = columnsOf<BufferGrowth>({
  size: { label: 'Size', of: ({ size }) => size },
  ...CHANGES,
});

const MEMORY = columnsOf<MemoryGrowth>({
  memory: { label: 'Memory', of: ({ memory }) => memory },
  bytesChange: {
    label: 'Growth (bytes)',
    kind: 'bytes',
    of: ({ bytesChange }) => bytesChange,
    show: ({ bytesChange }) => signed(bytesChange, bytes),
  },
  bytes: { label: 'Bytes now', kind: 'bytes', of: (row) => row.bytes },
});

/** What grew between two counts of live objects. */
export function heapGrowthView(growth: HeapGrowth): HtmlValue {
  const { worker, seconds, blockedMs, memory, classes, buffers } = growth;
  return html`${facts([
    { label: 'Worker', value: worker },
    { label: 'Interval', value: seconds * 1_000, kind: 'duration' },
    { label: 'Event loop blocked (max)', value: blockedMs, kind: 'duration' },
  ])}
  ${section('Memory', table(MEMORY, memory, { id: 'memory', caption: 'Memory', empty: '' }))}
  ${section(
    'Classes',
    html`<p class="hint">
      Without what objects refer to; strings are in the heap only. Bytes of ArrayBuffer are exact,
      those of other classes estimates.
    </p>`,
    table(CLASSES, classes, {
      id: 'classes',
      caption: 'Growth by class',
      empty: 'Nothing changed.',
    }),
  )}
  ${section(
    'Buffers by size',
    html`<p class="hint">The memory behind Buffer and typed arrays, outside of the heap.</p>`,
    table(BUFFERS, buffers, { id: 'buffers', caption: 'Buffers by size', empty: '' }),
  )}`;
}

function signed(value: number, show: (value: number) => string): string {
  if (value === 0) return '0';
  return value < 0 ? `−${show(-value)}` : `+${show(value)}`;
}
