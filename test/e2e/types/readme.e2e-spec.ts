import { readFileSync } from 'node:fs';

import { afterEach, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** What the requirements name, and the types of Node. */
const PACKAGES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@types/node',
  'reflect-metadata',
  'rxjs',
];

const COMPILERS = [
  ['TypeScript 7', '@typescript/native/bin/tsc'],
  ['TypeScript 6', 'typescript/lib/tsc.js'],
] as const;

/** Blocks that say which file they are. */
function filesOf(text: string): Map<string, string> {
  const blocks = text.matchAll(/^```ts\n\/\/ ([\w.]+\.ts)\n([^]*?)^```/gm);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}

describe('the files of the README', () => {
  let consumer: Consumer | undefined;

  afterEach(() => consumer?.remove());

  it.each(COMPILERS)(
    'R30 compile as they stand with %s, with declarations and strict dependencies',
    async (_name, compiler) => {
      consumer = new Consumer({ type: 'module', sources: {}, packages: PACKAGES });
      const files = filesOf(README);
      expect([...files.keys()]).toEqual(['main.ts', 'app.ts', 'app.module.ts']);
      for (const [name, code] of files) consumer.write(`src/${name}`, code);
      const { code, output } = await consumer.run([
        consumer.script(compiler),
        '--declaration',
        '--pretty',
        'false',
      ]);
      expect(output).toBe('');
      expect(code).toBe(0);
    },
  );
});
