import { readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { OWNER_ONLY } from '../../common/owner-only.ts';
import { type LedgerData } from '../../stats/ledger/metrics-ledger.ts';

/** A ledger in a file. */
export interface SavedLedger extends LedgerData {
  /** Whether the process that wrote it has ended and writes no more. */
  isFinal: boolean;
}

/** Keeps a ledger in a file, which outlives the process that writes it. */
export class LedgerFile {
  readonly path: string;
  /** Writes one at a time: a slow disk must not let an older one win. */
  #written: Promise<void> = Promise.resolve();
  #readAt = NaN;

  constructor(path: string) {
    this.path = path;
  }

  /** Replaces the content. @throws the system's error, such as that of a full disk */
  write(ledger: SavedLedger): Promise<void> {
    const text = JSON.stringify(ledger);
    const write = async (): Promise<void> => {
      const next = `${this.path}.next`;
      await writeFile(next, text, { mode: OWNER_ONLY });
      await rename(next, this.path);
    };
    this.#written = this.#written.then(write, write);
    return this.#written;
  }

  /** Content of the file; undefined if there is none, or none that can be read. */
  read(): SavedLedger | undefined {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as SavedLedger;
    } catch {
      return undefined;
    }
  }

  /** Content, unless it is the one that was read last. */
  readChanged(): SavedLedger | undefined {
    const { mtimeMs } = statSync(this.path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === undefined || mtimeMs === this.#readAt) return undefined;
    this.#readAt = mtimeMs;
    return this.read();
  }
}
