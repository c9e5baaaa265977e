import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

const LOADED_BY = fileURLToPath(new URL('../support/loaded-by.entry.ts', import.meta.url));

interface Loaded {
  packages: string[];
  /** Folders of lib, and files beside them. */
  rooms: string[];
}

/** What a process loads that imports one entry of the package. */
async function loadedBy(entry: string): Promise<Loaded> {
  const { stdout } = await run(process.execPath, [LOADED_BY, `lib/${entry}.ts`]);
  return JSON.parse(stdout) as Loaded;
}

/** Packages that a thread or a primary must not pay for, besides those of Nest. */
const HEAVY = [
  '@nestjs/platform-express',
  '@nestjs/platform-fastify',
  'fastify',
  'koffi',
  'nestjs-pino',
  'pino',
  'pino-http',
  'piscina',
  'prom-client',
  'undici',
  'uplot',
];

/** With load hooks, it gives modules of CommonJS half of what they require from each other. */
const NODE_OF_BROKEN_HOOKS = /^v24\.0\./;

describe('what an entry loads', () => {
  it('is no server, logger or pool for modules of threads', async () => {
    const { packages, rooms } = await loadedBy('threads');
    expect(packages).toContain('@nestjs/common');
    expect(HEAVY.filter((name) => packages.includes(name))).toEqual([]);
    expect(rooms).toEqual(['common', 'context', 'threads', 'threads.ts']);
  });

  it('is none of them for classes with statistics, and in a thread that logs nothing', async () => {
    const stats = await loadedBy('stats');
    expect(HEAVY.filter((name) => stats.packages.includes(name))).toEqual([]);
    const thread = await loadedBy('threads/thread-runtime.module');
    expect(HEAVY.filter((name) => thread.packages.includes(name))).toEqual([]);
    expect(thread.rooms).not.toContain('meta');
  });

  it.each(['cluster', 'buffered-socket'])('is no package for %s', async (entry) => {
    const { packages, rooms } = await loadedBy(entry);
    expect(packages).toEqual([]);
    expect(rooms).toContain(entry);
    expect(rooms).not.toContain('meta');
  });

  it.skipIf(NODE_OF_BROKEN_HOOKS.test(process.version))(
    'is what is forbidden elsewhere, for the root',
    async () => {
      const { packages, rooms } = await loadedBy('index');
      expect(packages).toEqual(expect.arrayContaining(['fastify', 'nestjs-pino', 'pino']));
      expect(rooms).toEqual(expect.arrayContaining(['connections', 'meta']));
    },
  );
});
