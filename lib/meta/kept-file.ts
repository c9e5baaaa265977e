import { readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { OWNER_ONLY } from '../common/files/owner-only.ts';
import { ignore } from '../common/ignore.ts';

/** Plain data in a file, which outlives the process that writes it. */
export class KeptFile<T> {
  readonly #path: string;
  /** The write under way, and the one after it: on a slow disk only the latest data waits. */
  #running: Promise<void> | undefined;
  #next: { data: T; written: Promise<void> } | undefined;
  #readAt = NaN;

  constructor(path: string) {
    this.#path = path;
  }

  /** Replaces the content. @throws the system's error, such as that of a full disk */
  write(data: T): Promise<void> {
    if (this.#running === undefined) return this.#start(data);
    if (this.#next === undefined) {
      this.#next = {
        data,
        written: this.#running.then(ignore, ignore).then(() => this.#writeNext()),
      };
    } else {
      this.#next.data = data;
    }
    return this.#next.written;
  }

  #writeNext(): Promise<void> | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next && this.#start(next.data);
  }

  #start(data: T): Promise<void> {
    const running = this.#replace(data).finally(() => (this.#running = undefined));
    this.#running = running;
    return running;
  }

  async #replace(data: T): Promise<void> {
    const next = `${this.#path}.next`;
    await writeFile(next, JSON.stringify(data), { mode: OWNER_ONLY });
    await rename(next, this.#path);
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
