import * as parsers from './parsers.ts';

export type TaskName = 'lines' | 'length-prefixed' | 'large message';

/** Milliseconds of each way. */
export type Round = Record<string, number>;

interface Task {
  chunks: readonly Buffer[];
  /** Bytes of all messages: every way must come to it. */
  bytes: number;
  /**
   * Whether garbage is collected before each way: where one leaves gigabytes, which the next ones
   * would pay for. After a full collection code ages and the young generation is small again, which
   * makes all ways of small messages take two to three times as long.
   */
  collects: boolean;
  ways: Record<string, parsers.Parser>;
}

const ROUNDS = 7;
/** Of each way, until its code is compiled. */
const WARM_UP_MS = 1_000;
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

/** From 20 to 60 bytes each. */
function bodies(): Buffer[] {
  return Array.from({ length: MESSAGES }, (_, n) => Buffer.alloc(20 + (n % 41), 'x'));
}

function bytesOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

function lines(): Task {
  const all = bodies();
  return {
    chunks: cut(Buffer.concat(all.flatMap((body) => [body, Buffer.from('\n')])), CHUNK),
    bytes: bytesOf(all),
    collects: false,
    ways: {
      tryReadUntil: parsers.linesSync,
      'data handler': parsers.linesByHand,
      'concat per chunk': parsers.linesConcat,
      'lines()': parsers.linesAsync,
    },
  };
}

function lengthPrefixed(): Task {
  const all = bodies();
  return {
    chunks: cut(Buffer.concat(all.flatMap(frame)), CHUNK),
    bytes: bytesOf(all),
    collects: false,
    ways: {
      tryReadMessage: parsers.framesMessage,
      'data handler': parsers.framesByHand,
      tryReadExactly: parsers.framesSync,
      'it-byte-stream': parsers.framesByteStream,
    },
  };
}

function frame(body: Buffer): Buffer[] {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return [head, body];
}

function largeMessage(): Task {
  const message = Buffer.alloc(LARGE, 'x');
  message[LARGE - 1] = 0x0a;
  return {
    chunks: cut(message, PACKET),
    bytes: LARGE - 1,
    collects: true,
    ways: {
      tryReadUntil: parsers.linesSync,
      'data handler': parsers.linesByHand,
      'concat per chunk': parsers.linesConcat,
      readExactly: parsers.exactly,
      'it-byte-stream': parsers.exactlyByteStream,
    },
  };
}

const tasks: Record<TaskName, () => Task> = {
  lines,
  'length-prefixed': lengthPrefixed,
  'large message': largeMessage,
};

async function measure({ chunks, bytes: wanted }: Task, parser: parsers.Parser): Promise<number> {
  let seen = 0;
  const startedAt = performance.now();
  await parser(chunks, (message) => {
    seen += message.length;
  });
  const tookMs = performance.now() - startedAt;
  // Those that read so many bytes read the delimiter with the message.
  if (seen !== wanted && seen !== LARGE) throw new Error(`${seen} bytes instead of ${wanted}`);
  return tookMs;
}

async function warmUp(task: Task, parser: parsers.Parser): Promise<void> {
  const endsAt = performance.now() + WARM_UP_MS;
  // oxlint-disable-next-line no-await-in-loop -- one after the other, until the time is over
  while (performance.now() < endsAt) await measure(task, parser);
}

/** Every other round goes backwards, so that a drift favours none. */
async function measureRounds(task: Task): Promise<Round[]> {
  const rounds: Round[] = [];
  const ways = Object.entries(task.ways);
  // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
  for (const [, parser] of ways) await warmUp(task, parser);
  for (let n = 0; n < ROUNDS; n++) {
    const round: Round = {};
    for (const [way, parser] of n % 2 === 0 ? ways : ways.toReversed()) {
      if (task.collects) globalThis.gc?.();
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      round[way] = await measure(task, parser);
    }
    rounds.push(round);
  }
  return rounds;
}

const name = process.argv[2] as TaskName;
process.send?.(await measureRounds(tasks[name]()));
