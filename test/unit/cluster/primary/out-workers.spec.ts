import { beforeEach, describe, expect, it } from 'vitest';

import { OperatorActions } from '../../../../lib/cluster/primary/operator-actions.ts';
import { takeOutOptions } from '../../../../lib/cluster/primary/operators.options.ts';
import { OutWorkers } from '../../../../lib/cluster/primary/out-workers.ts';
import type { PrimaryMessage } from '../../../../lib/cluster/protocol/control-messages.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { FakeWorkers } from '../fake-workers.ts';

const REFUSED = { name: 'GroupOperationError', code: 'ERR_BUTTRESS_CLUSTER_OPERATION' };

let group: FakeWorkers;
let out: OutWorkers;
let actions: OperatorActions;
let pumps: number;

function arrange(quorum: number): void {
  pumps = 0;
  actions = new OperatorActions(() => undefined);
  out = new OutWorkers({
    clock: group.clock,
    actions,
    workers: () => group.supervisor.workers,
    quorum,
    onBack: () => pumps++,
  });
  group.onTick(() => out.tick());
}

function take(worker: ManagedWorker, more: object = {}): void {
  const order = { worker: worker.id, by: 'ada', forMs: 60_000, ...more };
  out.take(worker, takeOutOptions.check('', order, thisMachine()));
}

function refusal(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return 'nothing was refused';
}

beforeEach(async () => {
  group = new FakeWorkers(3);
  await group.boot();
  arrange(1);
});

describe('R43: a worker that an operator took out', () => {
  it('gets no connection until it is put back, and hears of both', () => {
    const worker = group.at(0);
    const heard: PrimaryMessage[] = [];
    Object.assign(worker.process ?? {}, { send: (one: PrimaryMessage) => heard.push(one) });
    take(worker, { reason: 'leak' });
    expect([worker.isEligible, worker.out]).toEqual([
      false,
      { by: 'ada', reason: 'leak', since: expect.any(String), endsAt: group.now + 60_000 },
    ]);
    out.putBack(worker, 'bob');
    expect([worker.isEligible, worker.out, pumps]).toEqual([true, undefined, 1]);
    expect(heard).toEqual([
      { kind: 'out', isOut: true },
      { kind: 'out', isOut: false },
    ]);
    expect(actions.records.map(({ worker: id, slot, text }) => [id, slot, text])).toEqual([
      [worker.id, 0, 'Worker put back by bob'],
      [worker.id, 0, 'Worker taken out by ada: leak'],
    ]);
    expect(refusal(() => out.putBack(worker, 'bob'))).toMatchObject({
      ...REFUSED,
      message: `worker ${worker.id} is not out`,
    });
  });

  it('is put back when its time is over', async () => {
    take(group.at(0), { forMs: 1_000 });
    await group.pass(900);
    expect(group.at(0).takesConnections).toBe(false);
    await group.pass(100);
    expect(group.at(0).takesConnections).toBe(true);
    expect(actions.records[0]).toMatchObject({ what: 'put-back', by: null });
  });

  it('is put back as soon as no other one serves', async () => {
    take(group.at(0));
    take(group.at(1));
    group.at(2).apply({ kind: 'silent' }, group.now);
    out.tick();
    expect(group.at(0).takesConnections, 'a stall is short').toBe(false);
    group.supervisor.exited(group.at(2), 1, null);
    out.tick();
    expect(group.ready.filter(({ takesConnections }) => takesConnections)).toHaveLength(1);
  });

  it.each([
    [1, 2, 'ready workers would drop to 0, below the 1'],
    [2, 1, 'ready workers would drop to 1, below the 2'],
    [3, 0, 'ready workers would drop to 2, below the 3'],
  ])('is not the one that a quorum of %i needs: %i may be', (quorum, most, message) => {
    arrange(quorum);
    for (let slot = 0; slot < most; slot++) take(group.at(slot));
    expect(refusal(() => take(group.at(most)))).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining(message),
    });
    expect(group.at(most).takesConnections).toBe(true);
  });

  it('must serve', () => {
    const worker = group.at(0);
    worker.apply({ kind: 'drain' }, group.now);
    expect(refusal(() => take(worker))).toMatchObject({
      ...REFUSED,
      message: `worker ${worker.id} is not serving: DRAINING`,
    });
  });

  it('is not killed for a blocked event loop', async () => {
    const worker = group.at(0);
    take(worker);
    worker.heard = () => undefined;
    await group.pass(20_000);
    expect([worker.state.kind, group.killed]).toEqual(['STALLED', []]);
    out.putBack(worker, 'ada');
    await group.pass(100);
    expect(group.killed).toEqual([worker.id]);
  });

  it('is out for half an hour by default, and for a day at most', () => {
    const order = { worker: 1, by: 'ada' };
    expect(takeOutOptions.check('', order, thisMachine()).forMs).toBe(1_800_000);
    const endless = { ...order, forMs: 1e9 };
    expect(() => takeOutOptions.check('', endless, thisMachine())).toThrow(RangeError);
  });
});
