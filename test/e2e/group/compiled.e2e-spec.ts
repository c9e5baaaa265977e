import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';
import { freePort } from '../../support/free-port.ts';

const SERVED = { answer: 200, isWorker: true, known: 200, stranger: 401 };

const SOURCES = {
  'src/app.ts': 'group/app.ts',
  'src/setup.ts': 'group/setup.ts',
  'src/serve.ts': 'group/serve.ts',
};

const COMPILERS: Record<string, (consumer: Consumer) => Promise<void>> = {
  'TypeScript 7': (consumer) => consumer.tool('@typescript/native/bin/tsc'),
  'TypeScript 6': (consumer) => consumer.tool('typescript/lib/tsc.js'),
  swc: (consumer) => {
    return consumer.tool('@swc/cli/bin/swc.js', 'src', '-d', 'dist', '--strip-leading-paths');
  },
};

const KINDS = ['ESM', 'CommonJS'] as const;

/** Settings of applications that were made before TypeScript knew of `exports`. */
const NODE_10 = { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' };

describe('A Group of what compilers make', () => {
  const consumers = new Map<string, Consumer>();

  beforeAll(() => {
    const [type, cjs] = ['module', 'commonjs'] as const;
    consumers.set(
      'ESM',
      new Consumer({ type, sources: { ...SOURCES, 'src/main.ts': 'group/main.ts' } }),
    );
    const sources = { ...SOURCES, 'src/main.ts': 'group/main.cjs.ts' };
    consumers.set('CommonJS', new Consumer({ type: cjs, sources }));
  });

  afterAll(() => {
    for (const consumer of consumers.values()) consumer.remove();
  });

  async function serve(kind: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
    const ports = { PORT: String(await freePort()), META_PORT: String(await freePort()) };
    const run = await consumers.get(kind)?.run(['dist/main.js'], { ...ports, ...env });
    const line = run?.output.split('\n').find((text) => text.startsWith('{"answer"'));
    if (line === undefined) throw new Error(`it did not serve: ${run?.output}`);
    return JSON.parse(line);
  }

  async function compile(kind: string, compiler: string): Promise<void> {
    const consumer = consumers.get(kind);
    if (consumer === undefined) throw new Error('there is no such consumer');
    consumer.clean();
    await COMPILERS[compiler]?.(consumer);
  }

  const matrix = ['TypeScript 7', 'swc'].flatMap((compiler) => {
    return KINDS.map((kind) => ({ compiler, kind }));
  });

  it.each(matrix)(
    'R25 An application and a setup that $compiler compiled to $kind are served.',
    async ({ compiler, kind }) => {
      await compile(kind, compiler);
      expect(await serve(kind)).toEqual(SERVED);
    },
  );

  it('R25 In CommonJS they are named by an absolute path, a URL, or its text.', async () => {
    await compile('CommonJS', 'TypeScript 7');
    for (const named of ['an absolute path', 'a URL', 'the text of a URL']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await serve('CommonJS', { NAMED: named }), named).toEqual(SERVED);
    }
  });

  it('R25 Resolution as in Node 10, which knows no `exports`, finds the types.', async () => {
    const consumer = consumers.get('CommonJS');
    consumer?.configure(NODE_10);
    await compile('CommonJS', 'TypeScript 6');
    expect(await serve('CommonJS')).toEqual(SERVED);
  });
});
