import { tracingChannel } from 'node:diagnostics_channel';

import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Context } from '../../../lib/context/context.ts';
import { storage } from '../../../lib/context/storage.ts';
import { AccessLog } from '../../../lib/logging/access-log.ts';
import { accessRecord } from '../../../lib/logging/access-record.ts';
import {
  type LoggingModuleOptions,
  resolveLoggingOptions,
} from '../../../lib/logging/logging.options.ts';
import { createRootLogger } from '../../../lib/logging/root-logger.ts';

function start(options: LoggingModuleOptions = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const root = createRootLogger(resolveLoggingOptions(options), destination);
  return { root, lines, log: new AccessLog(root) };
}

const REQUEST = { method: 'GET', ip: '127.0.0.1', routeOptions: { url: '/receipts/:id' } };
const ANSWER = { statusCode: 200, elapsedTime: 1.5 };

describe('AccessLog', () => {
  afterEach(() => vi.useRealTimers());

  it('R43: writes the very line that pino would write', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { root, lines, log } = start({ base: { service: 'pay "ments"' } });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('token=abcdef', '4111111111111111', 'https://a:b@c', '\u2028"'),
    );
    // Over a unix socket there is none.
    const address = fc.option(text, { nil: undefined });
    const trace = fc.constantFrom(
      undefined,
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    );
    const times = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(text, text, address),
        trace,
        times,
        (texts, traceparent, elapsedTime) => {
          const [id, url, ip] = texts;
          const request = { method: 'GET', ip, routeOptions: { url } };
          const answer = { statusCode: 404, elapsedTime };
          Context.run({ id, ...(traceparent === undefined ? {} : { traceparent }) }, () => {
            const context = storage.getStore();
            log.answered(request, answer, context);
            root.logger.info(
              { context: 'access', ...accessRecord(request, answer, context) },
              'request',
            );
          });
          const [ours, pinos] = lines.splice(0);
          expect(ours).toBe(pinos);
        },
      ),
    );
  });

  it.each([
    ['notes', () => storage.getStore()?.note('card', '4111111111111111'), {}],
    ['fields that are secret', () => undefined, { redact: ['remoteAddress'] }],
  ])('leaves %s to the redactor', (_name, prepare, options) => {
    const { lines, log } = start(options);
    Context.run({}, () => {
      prepare();
      log.answered(REQUEST, ANSWER, storage.getStore());
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('[redacted]');
  });

  it('leaves lines to pino where a tool listens to it', () => {
    const { lines, log } = start();
    const seen: unknown[] = [];
    const channel = tracingChannel('pino_asJson');
    const listeners = { end: (message: unknown) => void seen.push(message) };
    channel.subscribe(listeners as never);
    log.answered(REQUEST, ANSWER, undefined);
    channel.unsubscribe(listeners as never);
    log.answered(REQUEST, ANSWER, undefined);
    expect(lines).toHaveLength(2);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['the level of all', (root: ReturnType<typeof start>['root']) => (root.logger.level = 'warn')],
    [
      'the level of the access records',
      (root: ReturnType<typeof start>['root']) => root.levels.set('access', 'warn', 1_000),
    ],
  ])('writes nothing below %s', (_name, set) => {
    const { root, lines, log } = start();
    set(root);
    log.answered(REQUEST, ANSWER, undefined);
    Context.run({}, () => {
      const context = storage.getStore();
      if (context !== undefined) log.left(REQUEST, ANSWER, context);
    });
    expect(lines).toEqual([]);
  });

  it('writes what all records carry from then on', () => {
    const { root, lines, log } = start();
    root.logger.setBindings({ zone: 'eu-1' });
    log.answered(REQUEST, ANSWER, undefined);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ zone: 'eu-1', route: '/receipts/:id' });
  });

  it('tells that a client left before its answer', () => {
    const { lines, log } = start();
    Context.run({ id: 'r1' }, () => {
      const context = storage.getStore();
      if (context !== undefined) log.left(REQUEST, ANSWER, context);
    });
    const record = { context: 'access', requestId: 'r1', isAborted: true, msg: 'request' };
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(record);
  });
});
