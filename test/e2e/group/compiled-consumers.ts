import { onTestFinished } from 'vitest';

import { Consumer } from '../../support/consumer.ts';
import { freePort } from '../../support/free-port.ts';

/** What a consumer prints that has served as it should. */
export const SERVED = { answer: 200, isWorker: true, known: 200, stranger: 401 };

const SOURCES = {
  'src/app.ts': 'group/app.ts',
  'src/setup.ts': 'group/setup.ts',
  'src/serve.ts': 'group/serve.ts',
};

const COMPILERS = {
  'TypeScript 7': (consumer: Consumer) => consumer.tool('@typescript/native/bin/tsc'),
  'TypeScript 6': (consumer: Consumer) => consumer.tool('typescript/lib/tsc.js'),
  swc: (consumer: Consumer) => {
    return consumer.tool('@swc/cli/bin/swc.js', 'src', '-d', 'dist', '--strip-leading-paths');
  },
};

type CompilerName = keyof typeof COMPILERS;

type Kind = 'ESM' | 'CommonJS';

/** A project with a group, compiled. It is removed with the test. */
export async function compiledConsumer(
  kind: Kind,
  compiler: CompilerName,
  compilerOptions: object = {},
): Promise<Consumer> {
  const main = kind === 'ESM' ? 'group/main.ts' : 'group/main.cjs.ts';
  const type = kind === 'ESM' ? 'module' : 'commonjs';
  const consumer = new Consumer({ type, sources: { ...SOURCES, 'src/main.ts': main } });
  onTestFinished(() => consumer.remove());
  consumer.configure(compilerOptions);
  await COMPILERS[compiler](consumer);
  return consumer;
}

/** Runs what was compiled. @returns what it printed */
export async function serve(consumer: Consumer, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const ports = { PORT: String(await freePort()), META_PORT: String(await freePort()) };
  const { output } = await consumer.run(['dist/main.js'], { ...ports, ...env });
  const line = output.split('\n').find((text) => text.startsWith('{"answer"'));
  if (line === undefined) throw new Error(`it did not serve: ${output}`);
  return JSON.parse(line);
}
