import { ArrivalClock } from './arrival-clock.ts';
import { KeptConnections } from './kept-connections.ts';
import { LatencyRecord } from './latency-record.ts';
import type { GeneratorMessage, GeneratorOrder, OpenLoadSpec } from './open-loop.ts';
import { SingleConnections } from './single-connections.ts';

/**
 * Round-robin learns only afterwards that a worker took a connection: of 32 that come at once one
 * worker may get 23. Requests that come together in one process cost less each, so that who spreads
 * connections evenly would seem to be the dearer one.
 */
const OPEN_EVERY_MS = 5;

/** The process that makes open-loop load: its only argument is the load, as JSON. */
const { port, path, rate, connections } = JSON.parse(process.argv[2] ?? '') as OpenLoadSpec;

process.once('disconnect', () => process.exit(1));
const target = { port, path };
const client =
  connections === 'close'
    ? new SingleConnections(target)
    : await KeptConnections.open(target, connections, { everyMs: OPEN_EVERY_MS });
process.on('message', ({ seconds }: GeneratorOrder) => void run(seconds));
tell({ kind: 'open' });

async function run(seconds: number): Promise<void> {
  const record = new LatencyRecord();
  const arrivals = new ArrivalClock({ rate, count: Math.round(rate * seconds) });
  await arrivals.run((dueAt) => client.request(dueAt, record));
  await record.settled();
  tell({ kind: 'done', result: { ...record.summary(), generatorLag: arrivals.maxLagMs } });
}

function tell(message: GeneratorMessage): void {
  process.send?.(message);
}
