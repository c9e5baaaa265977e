import * as parsers from './parsers.ts';

/** Milliseconds of each way, per task. */
export type Round = Record<string, Record<string, number>>;

interface Task {
  chunks: readonly Buffer[];
  /** Bytes of all messages: every way must come to it. */
  bytes: number;
  ways: Record<string, parsers.Parser>;
}

const ROUNDS = 7;
/** What a socket is given at a time when much is there. */
const CHUNK = 64 * 1024;
/** What a packet holds. */
const PACKET = 1_400;
const MESSAGES = 200_000;
const LARGE = 4 * 1024 * 1024;

/** As the network gives them: each in memory of its own. */
function cut(whole: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < whole.length; at += size) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(size, whole.length - at));
    whole.copy(chunk, 0, at);
    chunks.push(chunk);
  }
  return chunks;
}

/** From 20 to 60 bytes. */
const bodies = Array.from({ length: MESSAGES }, (_, n) => Buffer.alloc(20 + (n % 41), 'x'));
const bytes = bodies.reduce((sum, { length }) => sum + length, 0);

function frame(body: Buffer): Buffer[] {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return [head, body];
}

const large = Buffer.alloc(LARGE, 'x');
large[LARGE - 1] = 0x0a;

const tasks: Record<string, Task> = {
  lines: {
    chunks: cut(Buffer.concat(bodies.flatMap((body) => [body, Buffer.from('\n')])), CHUNK),
    bytes,
    ways: {
      tryReadUntil: parsers.linesSync,
      'data handler': parsers.linesByHand,
      'concat per chunk': parsers.linesConcat,
      'lines()': parsers.linesAsync,
    },
  },
  'length-prefixed': {
    chunks: cut(Buffer.concat(bodies.flatMap(frame)), CHUNK),
    bytes,
    ways: {
      tryReadMessage: parsers.framesMessage,
      'data handler': parsers.framesByHand,
      tryReadExactly: parsers.framesSync,
      'it-byte-stream': parsers.framesByteStream,
    },
  },
  'large message': {
    chunks: cut(large, PACKET),
    bytes: LARGE - 1,
    ways: {
      tryReadUntil: parsers.linesSync,
      'data handler': parsers.linesByHand,
      'concat per chunk': parsers.linesConcat,
      'it-byte-stream': parsers.exactlyByteStream,
    },
  },
};

async function measure({ chunks, bytes: wanted }: Task, parser: parsers.Parser): Promise<number> {
  let seen = 0;
  const startedAt = performance.now();
  await parser(chunks, (message) => {
    seen += message.length;
  });
  const tookMs = performance.now() - startedAt;
  // it-byte-stream knows no delimiters, and reads it with the message.
  if (seen !== wanted && seen !== LARGE) throw new Error(`${seen} bytes instead of ${wanted}`);
  return tookMs;
}

/** The first round warms up; every other one goes backwards, so that a drift favours none. */
async function main(): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let n = 0; n <= ROUNDS; n++) {
    const round: Round = {};
    for (const [name, task] of Object.entries(tasks)) {
      const times: Record<string, number> = {};
      const ways = Object.entries(task.ways);
      for (const [way, parser] of n % 2 === 0 ? ways : ways.toReversed()) {
        globalThis.gc?.();
        // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
        times[way] = await measure(task, parser);
      }
      round[name] = times;
    }
    if (n > 0) rounds.push(round);
  }
  return rounds;
}

process.send?.(await main());
