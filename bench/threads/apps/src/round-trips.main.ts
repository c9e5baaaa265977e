import { buttressSide } from './buttress.side.ts';
import { inFlight, medianOf } from './measure.ts';
import { MOVED_BYTES, type PayloadName, PAYLOADS } from './payloads.ts';
import { piscinaSide } from './piscina.side.ts';
import { poolifierSide } from './poolifier.side.ts';
import type { Side } from './side.ts';
import { tinypoolSide } from './tinypool.side.ts';
import { workerpoolSide } from './workerpool.side.ts';

/** What the process is asked for; it answers with microseconds. */
interface Order {
  side: string;
  row: string;
  calls: number;
}

/** Calls before those that are counted: the first ones after a pause find everything asleep. */
const RUN_UP = 20;

/** Of large ones fewer. */
const RUN_UP_SHARE = 5;

const IN_FLIGHT = 64;

process.once('disconnect', () => process.exit(0));

/** All in one process: two processes of the same code differ by more than what is compared. */
const sides: Record<string, Side> = {
  buttress: await buttressSide(),
  'piscina-disabled': piscinaSide('disabled'),
  'piscina-sync': piscinaSide('sync'),
  tinypool: tinypoolSide(),
  poolifier: poolifierSide(),
  workerpool: workerpoolSide(),
};

process.on('message', (order: Order) => void carryOut(order));
process.send?.('ready');

async function carryOut({ side: name, row, calls }: Order): Promise<void> {
  const side = sides[name];
  if (side === undefined) throw new Error(`there is no ${name}`);
  const within = side.within ?? ((run) => run());
  if (row === 'noop-64-in-flight') {
    const plan = { chains: IN_FLIGHT, calls, within };
    process.send?.(await inFlight(() => side.nothing(), plan));
    return;
  }
  const call = callOf(side, row);
  process.send?.(
    await within(() => medianOf(call, { calls, runUp: Math.min(RUN_UP, calls / RUN_UP_SHARE) })),
  );
}

function callOf(side: Side, row: string): () => PromiseLike<unknown> {
  if (row === 'noop') return () => side.nothing();
  if (row === 'moved-10m') return mover(side);
  const payload = PAYLOADS[row as PayloadName];
  return () => side.echo(payload);
}

/** What comes back is what goes next. */
function mover({ move }: Side): () => PromiseLike<unknown> {
  if (move === undefined) throw new Error('it can not give results away');
  let bytes = new Uint8Array(MOVED_BYTES);
  return async () => {
    bytes = await move(bytes);
  };
}
