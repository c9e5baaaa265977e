import { describe, expect, it } from 'vitest';

import {
  type NewWorker,
  type Proof,
  proofOf,
  type ProofTerms,
} from '../../../../lib/cluster/replacing/proof.ts';

const TERMS: ProofTerms = { bootTimeoutMs: 60_000, healthyForMs: 5_000 };
const SHORTENED: ProofTerms = { ...TERMS, isShortenedByTraffic: true };

/** READY at 1 s. */
const WELL: NewWorker = {
  state: { kind: 'READY', since: 1_000 },
  readyAt: 1_000,
  reason: undefined,
  isDebugged: false,
  livenessFailure: undefined,
  passesChecks: true,
  usage: undefined,
};

const UNREADY: NewWorker = { ...WELL, passesChecks: false };

const BOOTING: NewWorker = { ...WELL, state: { kind: 'BOOTING', since: 0 }, readyAt: undefined };

function served(requests: number): NewWorker {
  const usage = { rssBytes: 0, privateBytes: 0, heapUsedBytes: 0, elu: 0, loopDelayP99Ms: 0 };
  return { ...WELL, usage: { ...usage, requests } };
}

interface Case {
  title: string;
  of: NewWorker;
  at: number;
  /** @default TERMS */
  terms?: ProofTerms;
  proof: Proof;
}

describe('The proof of a new worker', () => {
  it.each<Case>([
    { title: 'is open while it boots', of: BOOTING, at: 60_000, proof: 'open' },
    {
      title: 'fails when it boots for too long',
      of: BOOTING,
      at: 60_001,
      proof: { failure: 'the new worker was not ready within 60000 ms' },
    },
    {
      title: 'waits for a debugger',
      of: { ...BOOTING, isDebugged: true },
      at: 90_000,
      proof: 'open',
    },
    { title: 'is open until the time has passed', of: WELL, at: 5_999, proof: 'open' },
    { title: 'is given when the time has passed', of: WELL, at: 6_000, proof: 'given' },
    {
      title: 'takes half the time with traffic',
      of: served(20),
      at: 3_500,
      terms: SHORTENED,
      proof: 'given',
    },
    {
      title: 'takes no less than that',
      of: served(1_000_000),
      at: 3_499,
      terms: SHORTENED,
      proof: 'open',
    },
    {
      title: 'takes all of it with little traffic',
      of: served(19),
      at: 5_999,
      terms: SHORTENED,
      proof: 'open',
    },
    {
      title: 'takes all of it where traffic does not count',
      of: served(20),
      at: 5_999,
      proof: 'open',
    },
    { title: 'is open while readiness checks fail', of: UNREADY, at: 60_000, proof: 'open' },
    {
      title: 'fails when readiness checks fail for too long',
      of: UNREADY,
      at: 60_001,
      proof: { failure: 'it does not pass its readiness checks' },
    },
    {
      title: 'fails with a liveness check, at once',
      of: { ...WELL, livenessFailure: 'full' },
      at: 1_000,
      proof: { failure: 'its liveness check fails: full' },
    },
    {
      title: 'is open while the loop is blocked for a moment',
      of: { ...WELL, state: { kind: 'STALLED', since: 7_000 } },
      at: 9_000,
      proof: 'open',
    },
    {
      title: 'fails when the loop is blocked for longer',
      of: { ...WELL, state: { kind: 'STALLED', since: 2_000 } },
      at: 4_001,
      proof: { failure: 'the event loop of the new worker is blocked' },
    },
    {
      title: 'fails when the worker drains',
      of: { ...WELL, state: { kind: 'DRAINING', since: 2_000 }, reason: 'it got SIGTERM' },
      at: 3_000,
      proof: { failure: 'the new worker was ended: it got SIGTERM' },
    },
  ])('$title', ({ of, at, terms = TERMS, proof }) => {
    expect(proofOf(of, terms, { now: at, startedAt: 0, mustPassChecks: true })).toEqual(proof);
  });

  it('forgives checks that need not pass', () => {
    const situation = { now: 6_000, startedAt: 0, mustPassChecks: false };
    expect(proofOf(UNREADY, TERMS, situation)).toBe('given');
  });
});
