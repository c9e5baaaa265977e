import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  type Artifact,
  Artifacts,
  type ArtifactsOptions,
} from '../../../../lib/meta/operations/artifacts.ts';
import { until } from '../../../support/until.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** Names as workers and other processes of the pages give them. */
const LEFT = `${'ab'.repeat(12)}.cpuprofile`;
const UNFINISHED = `${'cd'.repeat(12)}.heapsnapshot.part`;
const OF_A_KILLED_ONE = `artifact-${process.pid + 1}-${'ef'.repeat(16)}`;
const OTHERS = ['alive.sock', 'leaving.json', 'artifact-1', 'notes.txt'];

let directory: string;
let artifacts: Artifacts | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'artifacts-'));
});

afterEach(async () => {
  await artifacts?.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(options: Partial<ArtifactsOptions> = {}): Artifacts {
  artifacts = new Artifacts({
    directory: () => directory,
    directoryIfAny: () => directory,
    ...options,
  });
  return artifacts;
}

function write(name: string, { bytes = 10, ageMs = 0 } = {}): void {
  const path = join(directory, name);
  writeFileSync(path, 'x'.repeat(bytes));
  const at = (Date.now() - ageMs) / SECOND_MS;
  utimesSync(path, at, at);
}

const about = { name: 'a.json', type: 'application/json', access: 'operate' } as const;

describe('Artifacts', () => {
  it('R43 Files that a killed process of the pages kept are removed at the start.', async () => {
    for (const name of [OF_A_KILLED_ONE, ...OTHERS]) write(name);
    open();
    await until('only the others', () => readdirSync(directory).length === OTHERS.length);
    expect(readdirSync(directory).toSorted()).toEqual(OTHERS.toSorted());
  });

  it('R43 Files that workers left for nobody are removed after a while.', async () => {
    for (const name of [LEFT, UNFINISHED]) write(name, { ageMs: 599 * SECOND_MS });
    const opened = open();
    await opened.sweep();
    expect(readdirSync(directory).toSorted()).toEqual([LEFT, UNFINISHED].toSorted());
    for (const name of [LEFT, UNFINISHED]) write(name, { ageMs: 601 * SECOND_MS });
    await opened.sweep();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('R43 Files that workers left count in the bytes of all.', async () => {
    const opened = open({ maxBytes: 100 });
    const kept = await opened.keep({ ...about, content: { text: 'x'.repeat(40) } });
    const latest = await opened.keep({ ...about, content: { text: 'x'.repeat(20) } });
    expect(opened.find(kept.id)).toBeDefined();
    write(LEFT, { bytes: 50 });
    await opened.sweep();
    expect(opened.find(kept.id)).toBeUndefined();
    // What was just made is never lost to what others left.
    write(LEFT, { bytes: 95 });
    await opened.sweep();
    expect(opened.find(latest.id)).toBeDefined();
  });

  it('R43 A file that is written after its operation gave it up is removed by the next sweep.', async () => {
    const opened = open();
    await opened.discard(LEFT);
    write(LEFT);
    await opened.sweep();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('R43 A file that an operation has given up is removed at once.', async () => {
    write(LEFT);
    await open().discard(LEFT);
    expect(readdirSync(directory)).toEqual([]);
    await expect(open().discard('../notes.txt')).rejects.toThrow(TypeError);
  });

  it('keeps the latest, and each for an hour', async () => {
    let now = Date.now();
    const opened = open({ maxFiles: 2, now: () => now });
    const kept: Artifact[] = [];
    for (const text of ['1', '2', '3']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      kept.push(await opened.keep({ ...about, content: { text } }));
    }
    const isThere = (): boolean[] => kept.map(({ id }) => opened.find(id) !== undefined);
    expect(isThere()).toEqual([false, true, true]);
    now += HOUR_MS;
    await opened.sweep();
    expect(isThere()).toEqual([false, false, false]);
    expect(readdirSync(directory)).toEqual([]);
  });
});
