import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer, whereAbouts } from '../../support/consumer.ts';

const SWC = '@swc/cli/bin/swc.js';

describe('Loading of one module several times', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = new Consumer({
      type: 'module',
      sources: {
        'src/main.ts': 'reload/main.ts',
        'src/work.ts': 'reload/work.ts',
        'src/thread.module.ts': 'reload/thread.module.ts',
      },
    });
    await consumer.tool(SWC, 'src', '-d', 'dist', '--strip-leading-paths');
    const commonjs = ['-C', 'module.type=commonjs', '-d', 'dist/commonjs'];
    await consumer.tool(SWC, 'src', '--strip-leading-paths', ...commonjs);
    consumer.write('dist/commonjs/package.json', { type: 'commonjs' });
  });

  afterAll(() => consumer.remove());

  it('T25: Copies of one module run in threads, each in an application of its own.', async () => {
    const copies = ['./work.js', './work.js?v=2', './work.js?v=3'];
    const { places } = await consumer.start('dist/main.js', ...copies);
    expect(whereAbouts(places)).toEqual(inOwnThreads(copies));
  });

  it('T25: The builds in ESM and in CommonJS run in threads in one process.', async () => {
    const copies = ['./work.js', './commonjs/work.js'];
    const { places } = await consumer.start('dist/main.js', ...copies);
    expect(whereAbouts(places)).toEqual(inOwnThreads(copies));
  });
});

/** Each copy in a thread that none of the others is in. */
function inOwnThreads(copies: readonly string[]): Record<string, string> {
  const entries = copies.map((copy, index) => [copy, `thread ${index + 1}, sesame`] as const);
  return Object.fromEntries(entries);
}
