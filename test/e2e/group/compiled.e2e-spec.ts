import { describe, expect, it } from 'vitest';

import { compiledConsumer, serve, SERVED } from './compiled-consumers.ts';

/** Settings of applications that were made before TypeScript knew of `exports`. */
const NODE_10 = { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' };

/** `commonjs.e2e-spec.ts` has what TypeScript 7 compiles to CommonJS. */
const MATRIX = [
  { compiler: 'TypeScript 7', kind: 'ESM' },
  { compiler: 'swc', kind: 'ESM' },
  { compiler: 'swc', kind: 'CommonJS' },
] as const;

describe('A Group of what compilers make', () => {
  it.each(MATRIX)(
    'R25 serves an application and a setup that $compiler compiled to $kind',
    async ({ compiler, kind }) => {
      expect(await serve(await compiledConsumer(kind, compiler))).toEqual(SERVED);
    },
  );

  it('R25 takes an absolute path, a URL, or its text for a module of CommonJS.', async () => {
    const consumer = await compiledConsumer('CommonJS', 'TypeScript 7');
    for (const named of ['an absolute path', 'a URL', 'the text of a URL']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await serve(consumer, { NAMED: named }), named).toEqual(SERVED);
    }
  });

  it('R25 has types that resolution as in Node 10 finds, which knows no `exports`.', async () => {
    const consumer = await compiledConsumer('CommonJS', 'TypeScript 6', NODE_10);
    expect(await serve(consumer)).toEqual(SERVED);
  });
});
