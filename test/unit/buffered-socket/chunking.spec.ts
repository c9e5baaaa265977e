import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { BufferedSocket } from '../../../lib/buffered-socket/buffered-socket.ts';
import { NetstringSocket } from '../../../lib/buffered-socket/netstring-socket.ts';
import { ScriptedSocket, scripted, turn } from './scripted-socket.ts';

type Step =
  | { kind: 'readExactly' | 'peek' | 'read'; size: number }
  | { kind: 'readUntil'; delimiter: string; maxSize: number; withDelimiter: boolean }
  | { kind: 'readToEnd'; maxSize: number }
  | { kind: 'unshift'; text: string };

/** What an operation gave: a text, null at the end, or the reason of its failure. */
type Outcome = string | null | { code: string };

const LETTERS = ['a', 'b', '\r', '\n'];
const text = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...LETTERS), minLength, maxLength });

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('readExactly' as const, 'peek' as const, 'read' as const),
    size: fc.nat(12),
  }),
  fc.record({
    kind: fc.constant('readUntil' as const),
    delimiter: text(3, 1),
    maxSize: fc.integer({ min: 1, max: 20 }),
    withDelimiter: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('readToEnd' as const), maxSize: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('unshift' as const), text: text(4) }),
);

/** The whole stream as one string: what every chunking of it must come to. */
class PlainReader {
  constructor(public rest: string) {}

  do(step: Step): Outcome {
    switch (step.kind) {
      case 'readExactly':
        return this.rest.length < step.size ? ENDED : this.#take(step.size);
      case 'peek':
        return this.rest.length < step.size ? ENDED : this.rest.slice(0, step.size);
      case 'read':
        return this.rest === '' && step.size > 0 ? null : this.#take(step.size);
      case 'readUntil':
        return this.#until(step);
      case 'readToEnd':
        return this.rest.length > step.maxSize ? TOO_LONG : this.#take(this.rest.length);
      case 'unshift':
        this.rest = step.text + this.rest;
        return '';
    }
  }

  #until({ delimiter, maxSize, withDelimiter }: Step & { kind: 'readUntil' }): Outcome {
    const index = this.rest.indexOf(delimiter);
    const end = index + delimiter.length;
    const isTooLong = index < 0 ? this.rest.length >= maxSize : end > maxSize;
    if (isTooLong) return TOO_LONG;
    if (index < 0) return ENDED;
    const message = this.#take(end);
    return withDelimiter ? message : message.slice(0, index);
  }

  #take(size: number): string {
    const taken = this.rest.slice(0, size);
    this.rest = this.rest.slice(size);
    return taken;
  }
}

const ENDED: Outcome = { code: 'ERR_BUTTRESS_SOCKET_ENDED' };
const TOO_LONG: Outcome = { code: 'ERR_BUTTRESS_SOCKET_TOO_LONG' };

async function perform(socket: BufferedSocket, step: Step): Promise<Buffer | null> {
  switch (step.kind) {
    case 'readExactly':
      return socket.readExactly(step.size);
    case 'peek':
      return socket.peek(step.size);
    case 'read':
      return readAll(socket, step.size);
    case 'readUntil':
      return socket.readUntil(step.delimiter, {
        maxSize: step.maxSize,
        withDelimiter: step.withDelimiter,
      });
    case 'readToEnd':
      return socket.readToEnd({ maxSize: step.maxSize });
    case 'unshift':
      socket.unshift(step.text);
      return Buffer.alloc(0);
  }
}

/** `read` gives a chunk or less: as many of them as make `size`. */
async function readAll(socket: BufferedSocket, size: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let missing = size;
  do {
    // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
    const chunk = await socket.read(missing);
    if (chunk === null) return missing === size ? null : Buffer.concat(chunks);
    chunks.push(chunk);
    missing -= chunk.length;
  } while (missing > 0);
  return Buffer.concat(chunks);
}

async function outcomeOf(promise: Promise<Buffer | null>): Promise<Outcome> {
  try {
    const bytes = await promise;
    return bytes === null ? null : String(bytes);
  } catch (error) {
    return { code: (error as { code: string }).code };
  }
}

/** `whole` in chunks of these sizes, repeated. */
function* chunksOf(whole: string, sizes: readonly number[]): Generator<string> {
  for (let at = 0, n = 0; at < whole.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield whole.slice(at, at + size);
    at += size;
  }
}

/** The other side sends, now and then, and then ends. */
async function feed(
  peer: ScriptedSocket,
  chunks: Iterable<string>,
  perTurn: number,
): Promise<void> {
  let sent = 0;
  for (const chunk of chunks) {
    peer.receive(chunk);
    // oxlint-disable-next-line no-await-in-loop -- chunks come one after the other
    if (++sent % perTurn === 0) await turn();
  }
  peer.hangUp();
}

const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });

describe('any chunking', () => {
  it('gives what the whole would give, one read after the other', async () => {
    const property = fc.asyncProperty(
      fc.record({
        whole: text(80),
        sizes,
        perTurn: fc.integer({ min: 1, max: 4 }),
        highWaterMark: fc.integer({ min: 1, max: 40 }),
        steps: fc.array(steps, { maxLength: 12 }),
      }),
      async ({ whole, sizes: cuts, perTurn, highWaterMark, steps: todo }) => {
        const { peer, socket } = scripted({ highWaterMark });
        const fed = feed(peer, chunksOf(whole, cuts), perTurn);
        const plain = new PlainReader(whole);
        for (const step of todo) {
          // oxlint-disable-next-line no-await-in-loop -- one read after the other
          const outcome = await outcomeOf(perform(socket, step));
          expect(outcome).toEqual(plain.do(step));
        }
        await fed;
        const rest = await outcomeOf(socket.readToEnd({ maxSize: Infinity }));
        expect(rest).toBe(plain.rest);
      },
    );
    await fc.assert(property, { numRuns: 1_000 });
  });

  it('gives what the whole would give, when all reads are asked for at once', async () => {
    // Of `read` chunks are given, and `unshift` does not queue: neither is told by the whole.
    const queued = fc.array(
      steps.filter(({ kind }) => kind !== 'read' && kind !== 'unshift'),
      { maxLength: 12 },
    );
    const property = fc.asyncProperty(text(80), sizes, queued, async (whole, cuts, todo) => {
      const { peer, socket } = scripted();
      const outcomes = Promise.all(todo.map((step) => outcomeOf(perform(socket, step))));
      await feed(peer, chunksOf(whole, cuts), 2);
      const plain = new PlainReader(whole);
      expect(await outcomes).toEqual(todo.map((step) => plain.do(step)));
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it('keeps every byte through reads that are given up again and again', async () => {
    const property = fc.asyncProperty(text(60, 1), sizes, async (whole, cuts) => {
      const { peer, socket } = scripted();
      for (const chunk of chunksOf(whole, cuts)) {
        const controller = new AbortController();
        const { signal } = controller;
        const reads = [
          socket.readUntil('never', { signal }),
          socket.readExactly(1_000, { signal }),
          socket.peek(1_000, { signal }),
          socket.readToEnd({ signal }),
        ];
        const settled = Promise.allSettled(reads);
        peer.receive(chunk);
        // oxlint-disable-next-line no-await-in-loop -- chunks come one after the other
        await turn();
        controller.abort();
        // oxlint-disable-next-line no-await-in-loop -- chunks come one after the other
        for (const { status } of await settled) expect(status).toBe('rejected');
      }
      expect(String(await socket.readExactly(whole.length))).toBe(whole);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('gives by tryRead* what reads give', async () => {
    const property = fc.asyncProperty(text(80), sizes, async (whole, cuts) => {
      const { peer, socket } = scripted();
      const lines: string[] = [];
      for (const chunk of chunksOf(whole, cuts)) {
        peer.receive(chunk);
        // oxlint-disable-next-line no-await-in-loop -- chunks come one after the other
        await turn();
        for (let line = socket.tryReadUntil('\r\n'); line; line = socket.tryReadUntil('\r\n')) {
          lines.push(String(line));
        }
      }
      const rest = socket.tryRead(0) && String(Buffer.concat([...drain(socket)]));
      expect([...lines, rest]).toEqual(whole.split('\r\n'));
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

function* drain(socket: BufferedSocket): Generator<Buffer> {
  for (let chunk = socket.tryRead(); chunk; chunk = socket.tryRead()) yield chunk;
}

describe('netstrings', () => {
  it('come back as they were sent, in any chunking', async () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    const property = fc.asyncProperty(messages, sizes, async (sent, cuts) => {
      const near = scripted();
      const writer = new NetstringSocket(near.socket);
      for (const message of sent) writer.buffer(message);
      await near.socket.flush();
      const wire = Buffer.concat(near.peer.sent);

      const far = scripted();
      for (let at = 0, n = 0; at < wire.length; n++) {
        const size = cuts[n % cuts.length] ?? 1;
        far.peer.receive(wire.subarray(at, at + size));
        at += size;
      }
      far.peer.hangUp();
      const got: Buffer[] = [];
      for await (const message of new NetstringSocket(far.socket)) got.push(message);
      expect(got).toEqual(sent.map((message) => Buffer.from(message)));
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('fail on hostile bytes, hold no more than allowed, and keep them', async () => {
    const hostile = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '1', '2', '9', ':', ',', '-', '+', ' ', 'a', '\0') }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.tuple(fc.nat(30), fc.string({ maxLength: 30 })).map(([n, rest]) => `${n}:${rest}`),
      fc.constantFrom(
        '9'.repeat(1_000),
        `${'0'.repeat(500)}:,`,
        '4294967296:',
        '1e3:',
        '0x5:hello,',
      ),
    );
    const reasons = /^ERR_BUTTRESS_(NETSTRING_(SIZE|TERMINATOR|TOO_LONG)|SOCKET_ENDED)$/;
    const property = fc.asyncProperty(hostile, sizes, async (bytes, cuts) => {
      const wire = Buffer.from(bytes, 'latin1');
      const { peer, socket } = scripted({ maxSize: 25 });
      for (let at = 0, n = 0; at < wire.length; n++) {
        const size = cuts[n % cuts.length] ?? 1;
        peer.receive(wire.subarray(at, at + size));
        at += size;
      }
      peer.hangUp();
      const reader = new NetstringSocket(socket);
      let taken = 0;
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one message after the other
        const message = await reader.read().catch((error: unknown) => error);
        if (!Buffer.isBuffer(message)) {
          expect(message).toMatchObject({ code: expect.stringMatching(reasons) as string });
          break;
        }
        expect(message.length).toBeLessThanOrEqual(25);
        const { length } = message;
        const whole = wire.subarray(taken, taken + `${length}:,`.length + length);
        expect(whole.toString('latin1')).toBe(`${length}:${message.toString('latin1')},`);
        taken += whole.length;
      }
      const rest = await socket.readToEnd({ maxSize: Infinity });
      expect(rest.equals(wire.subarray(taken))).toBe(true);
    });
    await fc.assert(property, { numRuns: 2_000 });
  });
});
