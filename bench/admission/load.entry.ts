import { setTimeout as wait } from 'node:timers/promises';

import { requestText } from '../support/http-answer.ts';
import { KeptConnections, type Recorder } from '../support/kept-connections.ts';
import type { Ending } from '../support/latency-record.ts';
import { type Random, seededRandom } from '../support/random.ts';
import type { ClassResult, LoadMessage, OfferedClass, OfferedLoad } from './offered-load.ts';
import { GOOD_WITHIN_MS, Tally } from './tally.ts';

/** How often due arrivals are looked for, in milliseconds. */
const LOOK_EVERY_MS = 1;

/** Longest wait for answers after the last arrival, in milliseconds. */
const SETTLE_WITHIN_MS = 5_000;

/** Statuses of answers and refusals. */
const ANSWERS: ReadonlySet<number> = new Set([200, 429, 503]);

/** Times of the generator's clock, in milliseconds. */
interface Span {
  startedAt: number;
  countedFrom: number;
  endsAt: number;
}

/** What became of the requests of one class. */
class ClassRecord implements Recorder {
  readonly #tally = new Tally();
  readonly #countedFrom: number;
  readonly #startedAt: number;
  readonly #endsAt: number;
  #good = 0;
  #lost = 0;
  #failed = 0;
  #open = 0;
  #lastRefusedMs = 0;

  constructor({ startedAt, countedFrom, endsAt }: Span) {
    this.#startedAt = startedAt;
    this.#countedFrom = countedFrom;
    this.#endsAt = endsAt;
  }

  get open(): number {
    return this.#open;
  }

  begin(dueAt: number): (ending: Ending) => void {
    this.#open++;
    let isOver = false;
    return (ending) => {
      if (isOver) return;
      isOver = true;
      this.#open--;
      this.#countIfGood(ending, dueAt);
      if (dueAt >= this.#countedFrom) this.#end(ending, dueAt);
    };
  }

  result(seconds: number): ClassResult {
    const lost = this.#lost + this.#open;
    return {
      ...this.#tally.summary(),
      good: this.#good,
      lost,
      failed: this.#failed,
      lastRefusedMs: this.#lastRefusedMs,
      seconds,
    };
  }

  /** By when it was answered: work that is done after the load is no part of a rate. */
  #countIfGood(ending: Ending, dueAt: number): void {
    const now = performance.now();
    const isInTime = now - dueAt <= GOOD_WITHIN_MS;
    const isCounted = now >= this.#countedFrom && now < this.#endsAt;
    if (ending === 200 && isInTime && isCounted) this.#good++;
  }

  #end(ending: Ending, dueAt: number): void {
    if (isFailure(ending)) this.#failed++;
    if (ending === 'lost') this.#lost++;
    else this.#tally.add(ending === 200 ? 'answered' : 'refused', performance.now() - dueAt);
    if (ending !== 200)
      this.#lastRefusedMs = Math.max(this.#lastRefusedMs, dueAt - this.#startedAt);
  }
}

/** Whether an answer is neither right nor a refusal. */
function isFailure(ending: Ending): boolean {
  return ending !== 'lost' && !ANSWERS.has(ending);
}

/** When each request of a class is due, in milliseconds from the start. */
function* arrivals({ phases }: OfferedClass, random: Random): Generator<number> {
  let startsAt = 0;
  for (const { seconds, perSecond } of phases) {
    const endsAt = startsAt + seconds * 1_000;
    let at = startsAt - (Math.log(1 - random()) * 1_000) / perSecond;
    for (; at < endsAt; at -= (Math.log(1 - random()) * 1_000) / perSecond) yield at;
    startsAt = endsAt;
  }
}

const load = JSON.parse(process.argv[2] ?? '') as OfferedLoad;
process.once('disconnect', () => process.exit(1));
const enough = new AbortController();
process.once('message', () => enough.abort());
await run(load);

async function run({
  port,
  connections,
  classes,
  warmUpSeconds,
  seed,
}: OfferedLoad): Promise<void> {
  const client = await KeptConnections.open({ port, path: '/readyz' }, connections);
  await askOnEach(client, connections);
  const startedAt = performance.now();
  const countedFrom = startedAt + warmUpSeconds * 1_000;
  const streams = classes.map((one, index) => {
    const record = new ClassRecord({
      startedAt,
      countedFrom,
      endsAt: startedAt + secondsOf(one) * 1_000,
    });
    const text = requestText(one.path, 'keep-alive', one.headers);
    return { one, record, text, due: arrivals(one, seededRandom(seed + index)) };
  });
  await Promise.all(
    streams.map(async ({ record, text, due }) => {
      for (const at of due) {
        // oxlint-disable-next-line no-await-in-loop -- time passes in steps
        while (performance.now() - startedAt < at) await wait(LOOK_EVERY_MS);
        if (enough.signal.aborted) return;
        client.request(startedAt + at, record, text);
      }
    }),
  );
  await settle(() => streams.some(({ record }) => record.open > 0));
  client.destroy();
  const results = streams.map(({ one, record }) => {
    return [one.name, record.result(secondsOf(one) - warmUpSeconds)] as const;
  });
  process.send?.({ result: Object.fromEntries(results) } satisfies LoadMessage);
}

/**
 * Waits for an answer on each connection: those that still wait to be accepted when the load begins
 * would make it another load. With a probe, which no admission control counts.
 */
async function askOnEach(client: KeptConnections, connections: number): Promise<void> {
  let open = connections;
  const record: Recorder = { begin: () => () => void open-- };
  for (let i = 0; i < connections; i++) client.request(performance.now(), record);
  await settle(() => open > 0);
}

function secondsOf({ phases }: OfferedClass): number {
  return phases.reduce((sum, phase) => sum + phase.seconds, 0);
}

async function settle(isOpen: () => boolean): Promise<void> {
  const endsAt = performance.now() + SETTLE_WITHIN_MS;
  // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
  while (isOpen() && performance.now() < endsAt) await wait(10);
}
