import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';

const COMPILERS = [
  ['TypeScript 7', '@typescript/native/bin/tsc'],
  ['TypeScript 6', 'typescript/lib/tsc.js'],
] as const;

/** Lines of its decorators. */
const WRONG = [4, 9, 14, 17];

describe('Types of decorated methods', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = new Consumer({
      type: 'module',
      sources: { 'src/right.ts': 'types/right.ts', 'src/wrong.ts': 'types/wrong.ts.txt' },
    });
  });

  afterAll(() => consumer.remove());

  it.each(COMPILERS)(
    '%s accepts methods that return promises, and no others.',
    async (_name, compiler) => {
      const { code, output } = await consumer.run([
        consumer.script(compiler),
        '--noEmit',
        '--pretty',
        'false',
      ]);
      expect(code).not.toBe(0);
      const errors = [...output.matchAll(/^src\/(\w+)\.ts\((\d+),\d+\): error (\w+)/gm)];
      const found = errors.map(([, file, line, error]) => [file, Number(line), error]);
      expect(found).toEqual(WRONG.map((line) => ['wrong', line, 'TS1241']));
    },
  );
});
