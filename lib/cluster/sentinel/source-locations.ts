import { readFileSync, statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

import type { RawFrame } from './main-stack.ts';

/** Cached source maps; when full, the cache is cleared. */
const MAX_MAPS = 50;

/** Largest file or map to read. */
const MAX_BYTES = 8 << 20;

const MAPPING = /\/\/# sourceMappingURL=(\S+)\s*$/;
const INLINE = /^data:application\/json[^,]*;base64,/;

/** Maps stack frames to the original sources where source maps exist. */
export class SourceLocations {
  readonly #maps = new Map<string, SourceMap | undefined>();

  /** Formats as in stack traces: `name (file:line:column)`. */
  describe(frame: RawFrame): string {
    const { url, line, column } = this.#mapped(frame);
    return `${frame.name || '<anonymous>'} (${pathOf(url)}:${line + 1}:${column + 1})`;
  }

  #mapped(frame: RawFrame): Pick<RawFrame, 'url' | 'line' | 'column'> {
    if (!frame.url.startsWith('file:')) return frame;
    const entry = this.#mapOf(frame.url)?.findEntry(frame.line, frame.column);
    if (entry === undefined || !('originalSource' in entry)) return frame;
    const { originalSource, originalLine, originalColumn } = entry;
    const url = new URL(originalSource, frame.url).href;
    return { url, line: originalLine, column: originalColumn };
  }

  #mapOf(url: string): SourceMap | undefined {
    if (this.#maps.has(url)) return this.#maps.get(url);
    if (this.#maps.size >= MAX_MAPS) this.#maps.clear();
    const map = readMap(url);
    this.#maps.set(url, map);
    return map;
  }
}

function readMap(url: string): SourceMap | undefined {
  try {
    const reference = MAPPING.exec(read(new URL(url)).trimEnd())?.[1];
    if (reference === undefined) return undefined;
    const text = INLINE.test(reference)
      ? Buffer.from(reference.replace(INLINE, ''), 'base64').toString()
      : read(new URL(reference, url));
    return new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    // No readable map: the frame stays unmapped.
    return undefined;
  }
}

function read(url: URL): string {
  if (statSync(url).size > MAX_BYTES) throw new RangeError('too large');
  return readFileSync(url, 'utf8');
}

function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
