import { randomBytes } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { OWNER_ONLY } from '../../common/files/owner-only.ts';
import type { AccessLevel } from '../../common/http/secondary-listener.options.ts';
import { nameOfKept, type StrayFile, strayFiles } from './stray-files.ts';

/** Temporary file of an operation. */
export interface Artifact {
  id: string;
  name: string;
  type: string;
  bytes: number;
  /** ISO 8601. */
  expiresAt: string;
  access: AccessLevel;
}

/** Artifact to keep: a text, or a file that a worker left in the directory. */
export interface NewArtifact {
  name: string;
  type: string;
  access: AccessLevel;
  content: { text: string } | { file: string };
}

export interface ArtifactsOptions {
  /** Directory of the files; created on first use. */
  directory: () => string;
  /** The same without creating it; undefined: there is none yet. */
  directoryIfAny: () => string | undefined;
  /** @default 3_600_000 */
  ttlMs?: number;
  /** Maximum number of files; the oldest are removed. @default 20 */
  maxFiles?: number;
  /** Maximum size of all files; the oldest are removed. @default 1 GiB */
  maxBytes?: number;
  now?: () => number;
}

const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;
const SWEEP_EVERY_MS = 60_000;

/** Maximum age of a file that a worker left: no operation waits longer. */
const LEFT_FOR_MS = 600_000;

/** Name of a file that a worker left: never a path. */
const LEFT_FILE = /^[\da-f]{24}\.[a-z]+$/;

interface Kept {
  artifact: Artifact;
  path: string;
  expiresAt: number;
}

/**
 * Keeps files for download, readable by the owner alone: few, small and short-lived. Also removes
 * those of a killed predecessor, and those left for an operation that had ended.
 */
export class Artifacts {
  readonly #kept = new Map<string, Kept>();
  /** Names of files that no operation needs, which a worker may still write, and since when. */
  readonly #discarded = new Map<string, number>();
  readonly #options: Required<ArtifactsOptions>;
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: ArtifactsOptions) {
    this.#options = { ttlMs: HOUR_MS, maxFiles: 20, maxBytes: GIB, now: Date.now, ...options };
    const sweep = (): void => void this.sweep().catch(() => undefined);
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS).unref();
    sweep();
  }

  /** @throws RangeError when the file alone is larger than `maxBytes` */
  async keep({ name, type, access, content }: NewArtifact): Promise<Artifact> {
    const id = randomBytes(16).toString('hex');
    const path = join(this.#options.directory(), nameOfKept(id));
    if ('text' in content) await writeFile(path, content.text, { mode: OWNER_ONLY, flag: 'wx' });
    else await rename(this.pathOf(content.file), path);
    const { size: bytes } = await stat(path);
    if (bytes > this.#options.maxBytes) {
      await rm(path);
      throw new RangeError(`The file is larger than ${this.#options.maxBytes} bytes`);
    }
    const expiresAt = this.#options.now() + this.#options.ttlMs;
    const artifact = {
      id,
      name,
      type,
      bytes,
      access,
      expiresAt: new Date(expiresAt).toISOString(),
    };
    this.#kept.set(id, { artifact, path, expiresAt });
    await this.sweep();
    return artifact;
  }

  /** Path of a file that a worker left. @throws TypeError for any other name */
  pathOf(file: string): string {
    if (!LEFT_FILE.test(file)) throw new TypeError('not the name of a file that was left');
    return join(this.#options.directory(), basename(file));
  }

  find(id: string): Artifact | undefined {
    return this.#fresh(id)?.artifact;
  }

  open(id: string): ReadStream | undefined {
    const kept = this.#fresh(id);
    return kept === undefined ? undefined : createReadStream(kept.path);
  }

  /** Removes a file that no operation needs, also if a worker still writes it. */
  async discard(file: string): Promise<void> {
    const path = this.pathOf(file);
    this.#discarded.set(file, this.#options.now());
    await rm(path, { force: true });
  }

  /** Removes files beyond the limits, and those of a predecessor. */
  async sweep(): Promise<void> {
    const strays = await this.#strays();
    const unwanted = strays.filter((stray) => this.#isUnwanted(stray));
    const others = strays.filter((stray) => !unwanted.includes(stray));
    const gone = this.#tooOldOrTooMuch(others.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const { artifact } of gone) this.#kept.delete(artifact.id);
    this.#forgetDiscarded();
    await Promise.all([...gone, ...unwanted].map(({ path }) => rm(path, { force: true })));
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(({ path }) => rm(path, { force: true })));
  }

  /** @param strayBytes size of the files in the directory that are not kept here */
  #tooOldOrTooMuch(strayBytes: number): Kept[] {
    const { now, maxFiles, maxBytes } = this.#options;
    const gone: Kept[] = [];
    let bytes = strayBytes;
    let files = 0;
    // Latest first: those stay.
    for (const kept of [...this.#kept.values()].toReversed()) {
      bytes += kept.artifact.bytes;
      // The latest alone fits, so strays do not take it.
      const isTooMuch = ++files > maxFiles || (files > 1 && bytes > maxBytes);
      if (kept.expiresAt <= now() || isTooMuch) gone.push(kept);
    }
    return gone;
  }

  /** One process at a time uses the directory, so another pid is that of a killed one. */
  #isUnwanted({ path, keptBy, writtenAt }: StrayFile): boolean {
    if (keptBy !== undefined && keptBy !== process.pid) return true;
    if (this.#discarded.has(basename(path))) return true;
    const { ttlMs, now } = this.#options;
    return writtenAt + (keptBy === undefined ? LEFT_FOR_MS : ttlMs) <= now();
  }

  async #strays(): Promise<StrayFile[]> {
    const directory = this.#options.directoryIfAny();
    if (directory === undefined) return [];
    // Looked up after the listing: a file may be kept in between.
    const isKept = (path: string): boolean =>
      [...this.#kept.values()].some((kept) => kept.path === path);
    return strayFiles(directory, isKept);
  }

  #forgetDiscarded(): void {
    const before = this.#options.now() - LEFT_FOR_MS;
    for (const [file, since] of this.#discarded) {
      if (since <= before) this.#discarded.delete(file);
    }
  }

  #fresh(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.expiresAt > this.#options.now() ? kept : undefined;
  }
}
