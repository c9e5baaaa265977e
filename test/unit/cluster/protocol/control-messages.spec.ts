import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  asHandoffReply,
  asWorkerMessage,
} from '../../../../lib/cluster/protocol/control-messages.ts';

const spec = { port: 3000, host: '127.0.0.1', refusal: 'http', clientFirst: true, ordinal: 0 };
const load = { inFlight: 1, connections: 2 };
const usage = {
  rssBytes: 1,
  privateBytes: 1,
  heapUsedBytes: 1,
  elu: 0.5,
  loopDelayP99Ms: 1.5,
  requests: 7,
};

describe('asWorkerMessage', () => {
  it.each([
    { kind: 'online' },
    { kind: 'listen', request: 1, spec },
    { kind: 'unlisten', listener: 1 },
    { kind: 'failed', reason: 'x' },
    { kind: 'failed', reason: 'x', isLasting: true, details: 'at y' },
    { kind: 'beat', ...load },
    { kind: 'beat', ...load, usage },
    { kind: 'poisoned', reason: 'uncaught exception: Error: x' },
    { kind: 'liveness', failure: '' },
    { kind: 'inspector', isOpen: true },
    { kind: 'yielded' },
  ])('takes %j', (message) => {
    expect(asWorkerMessage(message)).toEqual(message);
  });

  it.each([
    { kind: 'listen', request: 1, spec: { ...spec, port: 70_000 } },
    { kind: 'listen', request: 1, spec: { ...spec, refusal: 'teapot' } },
    { kind: 'listen', request: 1, spec: { ...spec, host: 7 } },
    { kind: 'listen', request: 1, spec: { ...spec, clientFirst: 1 } },
    { kind: 'listen', request: 1 },
    { kind: 'beat', ...load, usage: { ...usage, elu: 'much' } },
    { kind: 'poisoned', reason: 'x'.repeat(2_001) },
    { kind: 'liveness' },
    { kind: 'inspector', isOpen: 1 },
    { kind: 'toString' },
    { kind: '__proto__' },
  ])('refuses %j', (message) => {
    expect(asWorkerMessage(message)).toBeUndefined();
  });

  it('survives anything at all', () => {
    fc.assert(fc.property(fc.anything(), (value) => void asWorkerMessage(value)));
    const kinds = fc.constantFrom('listen', 'unlisten', 'failed', 'beat');
    fc.assert(
      fc.property(kinds, fc.jsonValue(), (kind, value) => {
        const message = { kind, request: value, spec: value, listener: value };
        const taken = asWorkerMessage(message);
        if (taken !== undefined) expect(Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });
});

describe('asHandoffReply', () => {
  it.each([
    { buttress: 'claim', lease: 1, ...load },
    { buttress: 'served' },
    { buttress: 'declined', lease: 1 },
  ])('takes %j', (reply) => {
    expect(asHandoffReply(reply)).toEqual(reply);
  });

  it.each([
    { buttress: 'claim', lease: 1, inFlight: -1, connections: 0 },
    { buttress: 'claim', lease: '1', ...load },
    { buttress: 'declined' },
    { buttress: 'connection', lease: 1 },
    { buttress: 'hasOwnProperty' },
    { cmd: 'the application’s own' },
  ])('refuses %j', (reply) => {
    expect(asHandoffReply(reply)).toBeUndefined();
  });

  it('survives anything at all', () => {
    fc.assert(fc.property(fc.anything(), (value) => void asHandoffReply(value)));
  });
});
