import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer, IN_THREADS, type Report, whereAbouts } from '../../support/consumer.ts';
import { IS_LONG } from '../../support/length.ts';

type Kind = 'ESM' | 'CommonJS';

const SERVICE = {
  'src/work.ts': 'service/work.ts',
  'src/thread.module.ts': 'service/thread.module.ts',
  'src/start.ts': 'service/start.ts',
};

const SETUPS = {
  ESM: { type: 'module', sources: { ...SERVICE, 'src/main.ts': 'service/main.ts' } },
  CommonJS: { type: 'commonjs', sources: { ...SERVICE, 'src/main.ts': 'service/main.cjs.ts' } },
} as const;

const COMPILERS: Record<string, (consumer: Consumer) => Promise<void>> = {
  'TypeScript 7': (consumer) => consumer.tool('@typescript/native/bin/tsc'),
  'TypeScript 6': (consumer) => consumer.tool('typescript/lib/tsc.js'),
  swc: (consumer) => {
    return consumer.tool('@swc/cli/bin/swc.js', 'src', '-d', 'dist', '--strip-leading-paths');
  },
  'nest build with tsc': (consumer) => nestBuild(consumer, 'tsc'),
  'nest build with swc': (consumer) => nestBuild(consumer, 'swc'),
};

const MATRIX = Object.keys(COMPILERS).flatMap((compiler) => {
  return (['ESM', 'CommonJS'] as Kind[]).map((kind) => ({ compiler, kind }));
});

/** One of each compiler and of each kind of module; the long form has all. */
const SHORT: ReadonlySet<string> = new Set([
  'TypeScript 7 ESM',
  'TypeScript 6 CommonJS',
  'swc ESM',
  'swc CommonJS',
  'nest build with swc CommonJS',
]);

const TRIED = IS_LONG
  ? MATRIX
  : MATRIX.filter(({ compiler, kind }) => SHORT.has(`${compiler} ${kind}`));

/** What a compiler has to make of the sources. */
const MADE = ['main', 'start', 'thread.module', 'work'].map((name) => `dist/${name}.js`);

describe('Loading of what compilers make', () => {
  /** By what was made: some compilers make the same, which is started once. */
  const reports = new Map<string, Report>();
  const consumers = new Map<Kind, Consumer>();

  beforeAll(() => {
    for (const kind of ['ESM', 'CommonJS'] as const)
      consumers.set(kind, new Consumer(SETUPS[kind]));
  });

  afterAll(() => {
    for (const consumer of consumers.values()) consumer.remove();
  });

  it.each(TRIED)(
    'T1: A method that $compiler compiled to $kind runs in a thread, with what is injected.',
    async ({ compiler, kind }) => {
      const consumer = consumers.get(kind);
      if (consumer === undefined) throw new Error('there is no such consumer');
      consumer.clean();
      await COMPILERS[compiler]?.(consumer);
      const made = JSON.stringify([kind, ...MADE.map((path) => consumer.read(path))]);
      const report = reports.get(made) ?? (await consumer.start('dist/main.js'));
      reports.set(made, report);
      expect(whereAbouts(report.places)).toEqual(IN_THREADS);
    },
  );
});

/** As `npm run build` of a new Nest project does it. */
function nestBuild(consumer: Consumer, builder: 'tsc' | 'swc'): Promise<void> {
  consumer.write('nest-cli.json', { sourceRoot: 'src', compilerOptions: { builder } });
  return consumer.tool('@nestjs/cli/bin/nest.js', 'build');
}
