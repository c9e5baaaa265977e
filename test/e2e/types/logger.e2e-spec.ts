import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer } from '../../support/consumer.ts';

const KINDS = [
  ['ESM', 'module'],
  ['CommonJS', 'commonjs'],
] as const;

describe.each(KINDS)('the loggers of nestjs-pino in %s', (_name, type) => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = new Consumer({ type, sources: { 'src/main.ts': 'logger/main.ts' } });
    await consumer.tool('@typescript/native/bin/tsc');
  });

  afterAll(() => consumer.remove());

  it('R30 are those that LoggingModule provides', async () => {
    const { code, output } = await consumer.run(['dist/main.js']);
    expect(code, output).toBe(0);
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toContainEqual(expect.objectContaining({ context: 'Shop', msg: 'open' }));
    // Nest's own lines go the same way.
    expect(records.map(({ context }) => context)).toContain('InstanceLoader');
  });
});
