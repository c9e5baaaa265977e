import { ArrivalClock } from './arrival-clock.ts';
import { KeptConnections } from './kept-connections.ts';
import { LatencyRecord } from './latency-record.ts';
import type { GeneratorMessage, OpenLoopSpec } from './open-loop.ts';
import { SingleConnections } from './single-connections.ts';

/** The process that makes open-loop load: its only argument is the load, as JSON. */
const spec = JSON.parse(process.argv[2] ?? '') as OpenLoopSpec;

process.once('disconnect', () => process.exit(1));
await run(spec);

async function run({ port, path, rate, seconds, connections }: OpenLoopSpec): Promise<void> {
  const record = new LatencyRecord();
  const target = { port, path };
  const client =
    connections === 'close'
      ? new SingleConnections(target, record)
      : await KeptConnections.open(target, record, connections);
  const arrivals = new ArrivalClock({ rate, count: Math.round(rate * seconds) });
  tell({ kind: 'started' });
  await arrivals.run((dueAt) => client.request(dueAt));
  await record.settled();
  client.destroy();
  tell({ kind: 'done', result: { ...record.summary(), generatorLag: arrivals.maxLagMs } });
}

function tell(message: GeneratorMessage): void {
  process.send?.(message);
}
