import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { ListenerSnapshot } from '../../../lib/cluster/accepting/listener.ts';
import { IS_LONG } from '../../support/length.ts';
import { flood, quantile, report, tally } from '../../support/load.ts';
import { type RawConnection, requestText } from '../../support/raw-connection.ts';
import { accountOf, startGroup, type TestGroup, USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** Longer than a flood, however long that takes. */
const FROZEN_MS = 60_000;

describe('Blocked workers', () => {
  it('F1 Connections that reached a worker together with a request that blocks go to another worker.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: {
        workers: 2,
        // Longer than both are held up, so that what waits stays with the worker it was sent to.
        acceptQueue: { claimTimeoutMs: 1_500, maxWaitMs: 20_000, targetMs: 10_000 },
        supervision: { stalledAfterMs: 60_000, hungAfterMs: 120_000 },
      },
    });
    const kept = await keptByEach(group);

    for (const connection of kept) connection.send(requestText('/lab/spin?ms=1000', 'keep-alive'));
    const askedAt = performance.now();
    await until('both to be held up', () => performance.now() - askedAt > 600);
    const answered: string[] = [];
    const ask = async (path: string): Promise<void> => {
      const { status, errorCode } = await group.get(path);
      answered.push(`${path} ${status ?? errorCode}`);
    };
    // Both workers get two of them: one of these is behind the one that blocks.
    const paths = ['/lab/freeze?ms=5000', '/lab/who', '/lab/who', '/lab/who'];
    await Promise.all(paths.map(ask));

    expect(answered).toEqual([...paths.slice(1), paths[0]].map((path) => `${path} 200`));
  });

  it('F3 With all workers blocked a flood is held up to the limit and the rest gets a 503 in time.', async () => {
    const maxQueue = 128;
    const maxWaitMs = 500;
    const group = await startGroup({
      app: 'lab.app',
      options: {
        workers: 2,
        acceptQueue: { maxQueue, maxWaitMs },
        supervision: { hungAfterMs: 120_000 },
      },
    });
    const before = await group.queue();
    await group.freezeAll(FROZEN_MS);

    const watch = watchHeld(group);
    const all = await flood({ total: 4_000, atOnce: 250 }, () => group.get('/lab/who'));
    const held = await watch.stop();

    const times = all.map(({ answeredAfterMs }) => answeredAfterMs ?? Infinity);
    // Over ipc, what froze the workers is pending until they go on.
    const queue = await group.untilQueue('empty', isEmpty, { withinMs: FROZEN_MS + 30_000 });
    report('F3', {
      sent: all.length,
      'held at most': Math.max(...held),
      'held median': quantile(held, 0.5),
      'median ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      'longest ms': Math.max(...times),
      'shed for length': queue.shed.full,
      'shed for age': queue.shed.age,
    });
    expect(tally(all.map(({ status, errorCode }) => status ?? errorCode))).toEqual(
      new Map([[503, all.length]]),
    );
    for (const { headers, body } of all) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(headers.get('content-length'))).toBe(body.length);
    }
    // What arrives between two looks at the kernel's queue is above the limit until the second.
    const heldAsARule = USED_TRANSPORT === 'ipc' ? Math.max(...held) : quantile(held, 0.5);
    expect(heldAsARule).toBeLessThanOrEqual(maxQueue);
    expect(Math.max(...held)).toBeGreaterThan(0);
    // The short form runs beside others, which may hold up some of them.
    const answeredMs = IS_LONG ? Math.max(...times) : quantile(times, 0.99);
    expect(answeredMs).toBeLessThan(maxWaitMs + 5 * 600);
    expect(queue.accepted - before.accepted).toBeGreaterThanOrEqual(all.length);
    expect(accountOf(queue)).toBe(queue.accepted);
  });
});

function isEmpty({ length, pending }: ListenerSnapshot): boolean {
  return length + pending === 0;
}

/** A connection to each of the group's two workers, which stay open. */
async function keptByEach(group: TestGroup): Promise<RawConnection[]> {
  const bySlot = new Map<number, RawConnection>();
  await until('a connection to each', async () => {
    const connection = group.connect().send(requestText('/lab/who', 'keep-alive'));
    const slot = await until('who has it', () => slotIn(connection.text));
    if (bySlot.has(slot)) connection.abandon();
    else bySlot.set(slot, connection);
    return bySlot.size === 2;
  });
  return [...bySlot.values()];
}

function slotIn(answer: string): number | false {
  const slot = /"slot":(\d+)/.exec(answer)?.[1];
  return slot !== undefined && Number(slot);
}

/** Notes how many connections are held, again and again; `stop` gives what was seen. */
function watchHeld(group: TestGroup): { stop(): Promise<number[]> } {
  const stopping = new AbortController();
  const seen: number[] = [];
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      const { length, pending } = await group.queue();
      seen.push(length + pending);
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await sleep(5);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return seen;
    },
  };
}
