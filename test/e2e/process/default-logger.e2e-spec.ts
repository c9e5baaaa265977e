import { describe, expect, it } from 'vitest';

import { get } from '../../support/raw-connection.ts';
import { startSingle } from '../../support/single-process.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What Nest says first, and when it listens. */
const NEST_LINES = ['Starting Nest application...', 'Nest application successfully started'];

/** `[10:20:30.456] INFO: NestFactory: Starting Nest application...` */
const READABLE = /^\[[\d:.]+\] [A-Z]+: /;

describe('An application that chooses no logger', () => {
  it('R43: writes nothing but JSON in a group, lines of Nest included.', async () => {
    const group = await startGroup({ app: 'default-logger.app', options: { workers: 1 } });
    await group.get('/');
    await until('the access record', () => group.output.includes('"context":"access"'));
    const lines = linesOf(group.output);
    const texts = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(texts).toEqual(expect.arrayContaining(NEST_LINES));
  });

  it('R43: writes nothing but JSON in one process.', async () => {
    const single = await startSingle({ app: 'default-logger.app' });
    // Lines are written a turn later than what the fixture prints.
    await until('the lines of Nest', () => {
      const { output } = single;
      return output.endsWith('\n') && NEST_LINES.every((line) => output.includes(line));
    });
    const texts = linesOf(single.output).map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(texts).toEqual(expect.arrayContaining(NEST_LINES));
  });

  it('R43: writes one line for each record where they are to be readable.', async () => {
    const single = await startSingle({ app: 'default-logger.app', env: { PRETTY: '1' } });
    await get(single.port, '/');
    const isThere = (): boolean => single.output.includes('access: request');
    await until('the access record', isThere);
    const lines = linesOf(single.output);
    expect(lines.filter((line) => !READABLE.test(line))).toEqual([]);
    for (const text of NEST_LINES) {
      expect(lines.filter((line) => line.includes(text))).toHaveLength(1);
    }
    expect(lines.filter((line) => line.includes('"route":"/"'))).toHaveLength(1);
  });
});

/** Without what the fixture itself prints. */
function linesOf(output: string): string[] {
  return wholeLines(output).filter((line) => line !== 'serving');
}

/** What follows the last line end is not a whole line yet. */
function wholeLines(output: string): string[] {
  return output.split('\n').slice(0, -1);
}
