import { readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { OWNER_ONLY } from '../common/owner-only.ts';

/** Plain data in a file, which outlives the process that writes it. */
export class KeptFile<T> {
  readonly #path: string;
  /** Writes one at a time: on a slow disk an older write must not win. */
  #written: Promise<void> = Promise.resolve();
  #readAt = NaN;

  constructor(path: string) {
    this.#path = path;
  }

  /** Replaces the content. @throws the system's error, such as that of a full disk */
  write(data: T): Promise<void> {
    const text = JSON.stringify(data);
    const write = async (): Promise<void> => {
      const next = `${this.#path}.next`;
      await writeFile(next, text, { mode: OWNER_ONLY });
      await rename(next, this.#path);
    };
    this.#written = this.#written.then(write, write);
    return this.#written;
  }

  /** Content; undefined if there is none, or none that can be read. */
  read(): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  /** Content, unless it is the one that was read last. */
  readChanged(): T | undefined {
    const { mtimeMs } = statSync(this.#path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === undefined || mtimeMs === this.#readAt) return undefined;
    this.#readAt = mtimeMs;
    return this.read();
  }
}
