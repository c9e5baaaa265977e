import { ArrivalClock } from './arrival-clock.ts';
import { KeptConnections } from './kept-connections.ts';
import type { KeptLoadMessage, KeptLoadOrder, KeptLoadSpec } from './kept-load.ts';
import { LatencyRecord } from './latency-record.ts';

/** The process that makes the load; its only argument is what it is to be, as JSON. */
const { port, path, rate, connections } = JSON.parse(process.argv[2] ?? '') as KeptLoadSpec;

process.once('disconnect', () => process.exit(1));
const client = await KeptConnections.open({ port, path }, new LatencyRecord(), connections);
process.on('message', ({ seconds }: KeptLoadOrder) => void run(seconds));
tell({ kind: 'open' });

async function run(seconds: number): Promise<void> {
  const record = new LatencyRecord();
  const arrivals = new ArrivalClock({ rate, count: Math.round(rate * seconds) });
  await arrivals.run((dueAt) => client.request(dueAt, { record }));
  await record.settled();
  tell({ kind: 'done', result: { ...record.summary(), generatorLag: arrivals.maxLagMs } });
}

function tell(message: KeptLoadMessage): void {
  process.send?.(message);
}
