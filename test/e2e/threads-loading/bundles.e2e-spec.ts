import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer, IN_THREADS, whereAbouts } from '../../support/consumer.ts';

const SERVICE = {
  'src/work.ts': 'bundle/work.ts',
  'src/thread.module.ts': 'service/thread.module.ts',
  'src/start.ts': 'service/start.ts',
};

const ESM = { type: 'module', sources: { ...SERVICE, 'src/main.ts': 'service/main.ts' } } as const;

const NAMED = {
  type: 'module',
  sources: { ...ESM.sources, 'src/work.ts': 'bundle/named-work.ts' },
} as const;

const COMMONJS = {
  type: 'commonjs',
  sources: { ...SERVICE, 'src/main.ts': 'service/main.cjs.ts' },
} as const;

const BOTH = ['src/main.ts', 'src/thread.module.ts'];

/** What stays outside of a bundle. */
const EXTERNAL = ['nestjs-buttress', 'piscina', '@nestjs/*'];

/** Makes the library part of a bundle. */
const INSIDE: BuildOptions = {
  packages: 'external',
  alias: {
    'nestjs-buttress': './node_modules/nestjs-buttress/dist/index.js',
    'nestjs-buttress/threads': './node_modules/nestjs-buttress/dist/threads.js',
  },
};

/** A start that fails does not wait for anything. */
const PROMPT_MS = 10_000;

describe('Loading of bundles', () => {
  const consumers: Consumer[] = [];
  let esm: Consumer;
  let named: Consumer;
  let commonjs: Consumer;

  beforeAll(() => {
    consumers.push((esm = new Consumer(ESM)));
    consumers.push((named = new Consumer(NAMED)));
    consumers.push((commonjs = new Consumer(COMMONJS)));
  });

  afterAll(() => {
    for (const consumer of consumers) consumer.remove();
  });

  it('T16, T1: A bundle in ESM with shared chunks runs methods in threads.', async () => {
    await bundle(esm, { format: 'esm', splitting: true, entryPoints: BOTH });
    const { places } = await esm.start('dist/main.js');
    expect(whereAbouts(places)).toEqual(IN_THREADS);
  });

  it('T16, T1: A bundle in ESM whose entries share nothing runs methods in threads.', async () => {
    await bundle(esm, { format: 'esm', entryPoints: BOTH });
    const { places } = await esm.start('dist/main.js');
    expect(whereAbouts(places)).toEqual(IN_THREADS);
  });

  it('T16, T1: A bundle in CommonJS runs methods in threads.', async () => {
    await bundle(commonjs, { format: 'cjs', entryPoints: BOTH });
    const { places } = await commonjs.start('dist/main.js');
    expect(whereAbouts(places)).toEqual(IN_THREADS);
  });

  it('T16: A bundle without an entry for threads does not start and says what it lacks.', async () => {
    await bundle(esm, { format: 'esm', entryPoints: ['src/main.ts'] });
    const { error, tookMs } = await esm.start('dist/main.js');
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('dist/thread.module.js does not exist');
    expect(error?.message).toContain('in a bundle, make it an entry of its own');
    expect(tookMs).toBeLessThan(PROMPT_MS);
  });

  it('T16: A bundle that holds the library itself does not start and says that it must not.', async () => {
    await bundle(esm, { ...INSIDE, format: 'esm', entryPoints: BOTH });
    const { error, tookMs } = await esm.start('dist/main.js');
    expect(error?.name).toBe('ThreadContextBootError');
    expect(error?.message).toContain('nestjs-buttress and piscina must stay external');
    expect(tookMs).toBeLessThan(PROMPT_MS);
  });

  it('T17: Minified entries without ids do not start, with an error that names the methods of both sides.', async () => {
    await bundle(esm, { format: 'esm', entryPoints: BOTH, minify: true });
    const { error, tookMs } = await esm.start('dist/main.js');
    expect(error?.name).toBe('ThreadMethodsError');
    const lines = error?.message.split('\n').slice(1) ?? [];
    const seen = lines.map((line) => MISSING.exec(line)?.groups ?? { line });
    const [owner, other] = [seen[0]?.['owner'] ?? '', seen[0]?.['other'] ?? ''];
    expect(owner).not.toBe(other);
    expect(seen).toEqual([
      { owner, other, method: 'compute' },
      { owner, other, method: 'computeLarge' },
      { owner, other, method: 'read' },
    ]);
    expect(error?.message).toContain('Where classes are minified, give methods an id');
    expect(tookMs).toBeLessThan(PROMPT_MS);
  });

  it('T17: Minified entries whose methods have ids run them in threads.', async () => {
    await bundle(named, { format: 'esm', entryPoints: BOTH, minify: true });
    const { places } = await named.start('dist/main.js');
    expect(whereAbouts(places)).toEqual(IN_THREADS);
  });
});

/** `a.read is missing in the threads (the thread's module has: b.compute, ...)`. */
const MISSING =
  /^- (?<owner>\w+)\.(?<method>\w+) is missing in the threads .* has: (?<other>\w+)\./;

async function bundle(consumer: Consumer, options: BuildOptions): Promise<void> {
  consumer.clean();
  await build({
    absWorkingDir: consumer.directory,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    external: EXTERNAL,
    // One is about `require.resolve`, which is what the documentation says.
    logLevel: 'error',
    ...options,
  });
}
