import { describe, expect, it } from 'vitest';

import { Context } from '../../../lib/context/context.ts';
import { LOGGING_OPTIONS } from '../../../lib/logging/logging.options.ts';
import { createRootLogger } from '../../../lib/logging/root-logger.ts';

const CARD = '4111111111111111';

function start() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const root = createRootLogger(LOGGING_OPTIONS.resolve({ base: { service: 's' } }), destination);
  return {
    ...root,
    lines,
    last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>,
  };
}

describe('the root logger', () => {
  it.each([
    ['as the only argument', (error: Error) => [error]],
    ['as a field', (error: Error) => [{ err: error }]],
    ['as a field, without a message', (error: Error) => [{ err: error }, undefined]],
    ['with a message', (error: Error) => [{ err: error }, `refused ${CARD}`]],
    ['in a text', (_error: Error) => [`refused ${CARD}`]],
    ['in a field', (_error: Error) => [{ deep: { text: CARD } }, 'refused']],
    ['in a cause', (_error: Error) => [new Error('outer', { cause: new Error(CARD) })]],
  ])('writes no card number %s', (_name, argsFor) => {
    const { logger, lines } = start();
    const args = argsFor(new Error(`card ${CARD} refused`)) as [object, string?];
    logger.error(...args);
    logger.child({}).error(...args);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(CARD);
    expect(lines.join('')).toContain('[redacted]');
  });

  it('writes the request and its trace, where it has one', () => {
    const { logger, last } = start();
    logger.info('outside');
    expect(last()).toMatchObject({ service: 's', msg: 'outside', worker: 0 });
    expect(last()).not.toHaveProperty('requestId');
    Context.run({ id: 'r1' }, () => logger.info('inside'));
    expect(last()).toMatchObject({ requestId: 'r1' });
    expect(last()).not.toHaveProperty('traceId');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    Context.run({ id: 'r2', traceparent }, () => logger.info('traced'));
    expect(last()).toMatchObject({ requestId: 'r2', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
  });

  it('keeps what it wrote, and counts errors alone', () => {
    const { logger, records, errors } = start();
    logger.warn({ err: new Error('a warning') }, 'warned');
    logger.error({ err: new Error('bad') }, 'failed');
    expect(records.records()).toHaveLength(2);
    expect(errors.groups()).toMatchObject([{ message: 'bad', count: 1 }]);
  });
});
