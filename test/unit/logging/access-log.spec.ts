import { tracingChannel } from 'node:diagnostics_channel';

import * as fc from 'fast-check';
import { symbols } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Context, present } from '../../../lib/context/context.ts';
import { storage } from '../../../lib/context/storage.ts';
import { AccessLog } from '../../../lib/logging/access-log.ts';
import { accessRecord } from '../../../lib/logging/access-record.ts';
import {
  LOGGING_OPTIONS,
  type LoggingModuleOptions,
} from '../../../lib/logging/logging.options.ts';
import { createRootLogger } from '../../../lib/logging/root-logger.ts';

function start(options: LoggingModuleOptions = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const root = createRootLogger(LOGGING_OPTIONS.resolve(options), destination);
  return { root, lines, log: new AccessLog(root) };
}

const REQUEST = { method: 'GET', ip: '127.0.0.1', routeOptions: { url: '/receipts/:id' } };
const ANSWER = { statusCode: 200, elapsedTime: 1.5 };

describe('AccessLog', () => {
  afterEach(() => vi.useRealTimers());

  it('R43: records a share of the requests, and all that failed', () => {
    const { root, lines } = start();
    let share = 0;
    const log = new AccessLog(root, () => share);
    log.answered(REQUEST, ANSWER, undefined);
    expect(lines).toEqual([]);
    log.answered(REQUEST, { ...ANSWER, statusCode: 503 }, undefined);
    expect(lines).toHaveLength(1);
    share = 0.5;
    const random = vi.spyOn(Math, 'random').mockReturnValueOnce(0.4).mockReturnValueOnce(0.5);
    log.answered(REQUEST, ANSWER, undefined);
    log.answered(REQUEST, ANSWER, undefined);
    random.mockRestore();
    expect(lines).toHaveLength(2);
  });

  it('R43: writes the very line that pino would write', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { root, lines, log } = start({ base: { service: 'pay "ments"' } });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('token=abcdef', '4111111111111111', 'https://a:b@c', '\u2028"'),
    );
    const id = text.filter((one) => one !== '');
    // Over a unix socket there is none.
    const address = fc.option(text, { nil: undefined });
    const trace = fc.constantFrom(
      undefined,
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    );
    const times = fc.double({ min: 0, max: 1e9, noNaN: true });
    const notes = fc.array(
      fc.tuple(fc.oneof(text, fc.constant('password')), fc.oneof(text, fc.double(), fc.boolean())),
      { maxLength: 3 },
    );
    const requests = fc.record({ id, url: text, ip: address, trace, ms: times, notes });
    fc.assert(
      fc.property(requests, ({ id: own, url, ip, trace: traceparent, ms, notes: noted }) => {
        const request = { method: 'GET', ip, routeOptions: { url } };
        const answer = { statusCode: 404, elapsedTime: ms };
        Context.run({ id: own, ...(traceparent === undefined ? {} : { traceparent }) }, () => {
          const context = present();
          for (const [name, value] of noted) context.note(name, value);
          if (noted.length > 1) context.timings.record(url, ms);
          log.answered(request, answer, context);
          root.logger.info(
            { context: 'access', ...accessRecord(request, answer, context) },
            'request',
          );
        });
        const [ours, pinos] = lines.splice(0);
        expect(ours).toBe(pinos);
      }),
    );
  });

  it('leaves lines to pino where a tool has put itself between', () => {
    const { root, lines, log } = start();
    const seen: string[] = [];
    const internals = root.logger as unknown as Record<symbol, unknown>;
    internals[symbols.streamSym] = { write: (line: string) => void seen.push(line) };
    log.answered(REQUEST, ANSWER, undefined);
    expect([lines.length, seen.length]).toEqual([0, 1]);
  });

  it('leaves notes that are no plain values to pino', () => {
    const { lines, log } = start();
    Context.run({}, (context) => {
      context.note('big', 12n as never);
      log.answered(REQUEST, ANSWER, present());
    });
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['notes', () => storage.getStore()?.note('card', '4111111111111111'), {}],
    ['fields that are secret', () => undefined, { redact: ['remoteAddress'] }],
    ['steps', () => storage.getStore()?.timings.record('db', 1), { redact: ['timings'] }],
  ])('hides the secrets of %s', (_name, prepare, options) => {
    const { lines, log } = start(options);
    Context.run({}, () => {
      prepare();
      log.answered(REQUEST, ANSWER, storage.getStore());
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('[redacted]');
  });

  it('hides a field that is named later', () => {
    const { root, lines, log } = start();
    log.answered(REQUEST, ANSWER, undefined);
    root.redactor.hide(['remoteAddress']);
    log.answered(REQUEST, ANSWER, undefined);
    expect(lines[0]).toContain('"remoteAddress":"127.0.0.1"');
    expect(lines[1]).toContain('"remoteAddress":"[redacted]"');
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

  it('writes that a client left before its answer', () => {
    const { lines, log } = start();
    Context.run({ id: 'r1' }, () => {
      const context = storage.getStore();
      if (context !== undefined) log.left(REQUEST, ANSWER, context);
    });
    const record = { context: 'access', requestId: 'r1', isAborted: true, msg: 'request' };
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(record);
  });
});
