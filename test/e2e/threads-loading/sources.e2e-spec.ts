import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';

describe('Loading from sources', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = new Consumer({
      type: 'module',
      sources: {
        'vitest.config.ts': 'tests/vitest.config.ts',
        'src/app.module.ts': 'sources/app.module.ts',
        'src/app.spec.ts': 'sources/app.spec.ts',
        'src/thread.module.ts': 'sources/thread.module.ts',
      },
    });
  });

  afterAll(() => consumer.remove());

  it('R29 lets tests of an application boot it without options, and says so once', async () => {
    const { code, output } = await consumer.run([consumer.script('vitest/vitest.mjs'), 'run']);
    expect(code, output).toBe(0);
    const lines = output.split('\n').filter((line) => line.includes('run inline'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('src/thread.module.js is not built (under Vitest)');
  });
});
