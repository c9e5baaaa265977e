import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { beforeAll, expect, it, onTestFinished } from 'vitest';

import type { Dialer } from '../../../lib/connections/dialer.ts';
import { Context } from '../../../lib/context/context.ts';
import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { until } from '../../support/until.ts';
import { connectionsTo } from './connections.ts';
import { FAULTS, NetworkPath } from './network-path.ts';
import { tlsFront } from './tls-front.ts';

/** A client's session with its server, which goes on over lost connections as users have it. */
export interface Session {
  /** A question and its answer, which is the same number. */
  ask(n: number): Promise<number>;
  /** Sends bytes to the server and gives back what comes from there. */
  carry(bytes: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Subject {
  /** Where its server listens. */
  port: number;
  open(dialer: Dialer, service: string): Promise<Session>;
  /** Whether its protocol may be carried by TLS as it is, and does not begin TLS by itself. */
  takesTlsOfService?: boolean;
  /** What is carried at a time, in bytes. @default 1 MiB */
  pieceBytes?: number;
}

const MIB = 1024 * 1024;

/** Time for an answer while the path is disturbed. */
const ANSWER_MS = 2_000;

/** Time in which the second tier answers when the first one refuses. */
const SECOND_TIER_MS = 10_000;

/** Time of the request that uses a client first; enough to connect and ask. */
const REQUEST_MS = 3_000;

/** Time of one that meets nobody. */
const SHORT_REQUEST_MS = 300;

/** Answers in a row after which a client has found its way again. */
const IN_A_ROW = 5;

const SERVICE = 'subject';

/** What every client must do by a service's name, with the whole of its protocol. */
export function itKeepsTheContract(subject: Subject): void {
  const { pieceBytes = MIB, takesTlsOfService = false } = subject;
  let socketsBefore = NaN;
  beforeAll(() => {
    socketsBefore = openSockets();
  });

  const open = async (tiers: string[][]): Promise<Session> => {
    const dialer = connectionsTo({ [SERVICE]: { tiers, health: { downMs: 500 } } });
    const session = await subject.open(dialer, SERVICE);
    onTestFinished(() => session.close());
    return session;
  };

  it('asks on through restarts of the path, whatever way it fails', async () => {
    const path = await NetworkPath.to(subject.port);
    const session = await open([[path.address]]);
    const questions = new Questions(session);
    onTestFinished(() => questions.stop());
    await questions.areAnswered();
    for (const fault of FAULTS) {
      // oxlint-disable-next-line no-await-in-loop -- one fault after the other
      await path.restart(fault);
      // oxlint-disable-next-line no-await-in-loop -- one fault after the other
      await questions.areAnswered();
    }
    expect(questions.wrong).toEqual([]);
  });

  itOutlivesRequests(subject);

  it(`uses the second tier within ${SECOND_TIER_MS} ms, and the first one when it is back`, async () => {
    const [first, second] = [
      await NetworkPath.to(subject.port),
      await NetworkPath.to(subject.port),
    ];
    const session = await open([[first.address], [second.address]]);
    expect(await session.ask(1)).toBe(1);
    expect([first.taken > 0, second.taken]).toEqual([true, 0]);
    await first.fail('refuse');
    const failedAt = performance.now();
    await until('an answer', () => answered(session, 2), { withinMs: SECOND_TIER_MS });
    expect(performance.now() - failedAt).toBeLessThan(SECOND_TIER_MS);
    expect(second.taken).toBeGreaterThan(0);
    const before = first.taken;
    await first.heal();
    await until('a connection to the first tier', async () => {
      // Connections that work stay where they are: only new ones go back.
      second.drop();
      await answered(session, 3);
      return first.taken > before;
    });
    expect(await until('an answer', () => answered(session, 4))).toBe(true);
  });

  it('carries 100 MB unharmed', async () => {
    const path = await NetworkPath.to(subject.port);
    const session = await open([[path.address]]);
    const [sent, received] = [createHash('md5'), createHash('md5')];
    for (let bytes = 0; bytes < 100 * MIB; bytes += pieceBytes) {
      const piece = randomBytes(pieceBytes);
      sent.update(piece);
      // oxlint-disable-next-line no-await-in-loop -- one piece after the other
      received.update(await session.carry(piece));
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(path.bytes).toBeGreaterThan(100 * MIB);
  }, 120_000);

  it.runIf(takesTlsOfService)('speaks over TLS of its service', async () => {
    const tiers = [[await tlsFront(subject.port)]];
    const dialer = connectionsTo({ [SERVICE]: { tiers, tls: { ca: CERTIFICATE } } });
    const session = await subject.open(dialer, SERVICE);
    onTestFinished(() => session.close());
    expect(await session.ask(7)).toBe(7);
    const piece = randomBytes(pieceBytes);
    expect((await session.carry(piece)).equals(piece)).toBe(true);
  });

  it('leaves nothing open after a clean close', async () => {
    await until('earlier tests are over', () => openSockets() === socketsBefore);
    const path = await NetworkPath.to(subject.port);
    const dialer = connectionsTo({ [SERVICE]: { tiers: [[path.address]] } });
    const session = await subject.open(dialer, SERVICE);
    expect(await session.ask(7)).toBe(7);
    expect(openSockets()).toBeGreaterThan(socketsBefore);
    await session.close();
    await until('all is closed', () => path.open === 0 && openSockets() === socketsBefore);
    expect(openSockets()).toBe(socketsBefore);
  });
}

/** The request in which a client was used first is over, and its deadline has passed. */
function itOutlivesRequests(subject: Subject): void {
  it('R35 connects again after the request that it was first used in', async () => {
    const path = await NetworkPath.to(subject.port);
    const dialer = connectionsTo({
      [SERVICE]: { tiers: [[path.address]], health: { downMs: 500 } },
    });
    const endsAt = performance.now() + REQUEST_MS;
    const { session } = await Context.run({ deadlineMs: REQUEST_MS }, async () => {
      const opened = await subject.open(dialer, SERVICE);
      onTestFinished(() => opened.close());
      expect(await opened.ask(1)).toBe(1);
      return { session: opened };
    });
    await until('its time is up', () => performance.now() > endsAt);
    const questions = new Questions(session);
    onTestFinished(() => questions.stop());
    for (const fault of ['reset', 'refuse'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one fault after the other
      await path.restart(fault);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await questions.areAnswered();
    }
  });

  it('R35 connects after a request that it was first used in and that met nobody', async () => {
    const path = await NetworkPath.to(subject.port);
    const dialer = connectionsTo({
      [SERVICE]: { tiers: [[path.address]], health: { downMs: 500 } },
    });
    await path.fail('refuse');
    const first = Context.run({ deadlineMs: SHORT_REQUEST_MS }, async (context) => {
      const opening = subject.open(dialer, SERVICE);
      opening.then((session) => answered(session, 1)).catch(() => undefined);
      await until('its time is up', () => context.remainingMs === 0);
      return { opening };
    });
    const { opening } = await first;
    await path.heal();
    // Some clients fail when they meet nobody; then the application opens another.
    const session = await opening.catch(() => subject.open(dialer, SERVICE));
    onTestFinished(() => session.close());
    const questions = new Questions(session);
    onTestFinished(() => questions.stop());
    await questions.areAnswered();
    expect(questions.wrong).toEqual([]);
  });
}

/** One question after the other, for as long as it takes. */
class Questions {
  /** Answers that were not that of the question. */
  readonly wrong: { asked: number; answered: number }[] = [];
  #inARow = 0;
  #isStopped = false;
  readonly #ended: Promise<void>;

  constructor(session: Session) {
    this.#ended = this.#run(session);
  }

  /** Resolves when the client has found its way, from now on. */
  async areAnswered(): Promise<void> {
    this.#inARow = 0;
    await until('answers in a row', () => this.#inARow >= IN_A_ROW, { withinMs: 20_000 });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  async #run(session: Session): Promise<void> {
    for (let n = 1; !this.#isStopped; n++) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one question after the other
        const answer = await inTime(session.ask(n));
        if (answer !== n) this.wrong.push({ asked: n, answered: answer });
        this.#inARow++;
      } catch {
        this.#inARow = 0;
      }
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      await sleep(5);
    }
  }
}

async function answered(session: Session, n: number): Promise<boolean> {
  return (await inTime(session.ask(n))) === n;
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const tooLate = sleep(ANSWER_MS, undefined, { signal: abort.signal }).then(
    () => Promise.reject(new Error('no answer')),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    abort.abort();
    answer.catch(() => undefined);
  }
}

function openSockets(): number {
  const kinds = new Set(['TCPSocketWrap', 'TLSWrap', 'PipeWrap', 'PipeServerWrap']);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}
