import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';

/** The tests of the consumer. */
const TESTS = [
  'runs where it is expected',
  'finds what can not be copied among the arguments',
  'finds what can not be copied in the result',
  'runs on copies, in the thread of the test',
  'runs in a thread that loads what was compiled',
];

interface JsonReport {
  success: boolean;
  testResults: { assertionResults: { title: string; status: string }[] }[];
}

describe('Loading in tests of users', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = new Consumer({
      type: 'module',
      sources: {
        'vitest.config.ts': 'tests/vitest.config.ts',
        'src/orders.ts': 'tests/orders.ts',
        'src/orders.spec.ts': 'tests/orders.spec.ts',
      },
    });
    const ignored = ['--ignore', '**/*.spec.ts'];
    const swc = ['src', '-d', 'dist', '--strip-leading-paths', ...ignored];
    await consumer.tool('@swc/cli/bin/swc.js', ...swc);
  });

  afterAll(() => consumer.remove());

  it.each(['forks', 'threads'])(
    'T24: In the pool of %s, copies show what can not be copied, and compiled threads run.',
    async (pool) => {
      const vitest = consumer.script('vitest/vitest.mjs');
      const args = [vitest, 'run', `--pool=${pool}`, '--reporter=json', '--outputFile=report.json'];
      const { code, output } = await consumer.run(args, { EXPECTED_POOL: pool });
      expect(code, output).toBe(0);
      const report = JSON.parse(consumer.read('report.json')) as JsonReport;
      const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
      expect(results.map(({ title, status }) => ({ title, status }))).toEqual(
        TESTS.map((title) => ({ title, status: 'passed' })),
      );
    },
  );
});
