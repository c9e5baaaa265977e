import { describe, expect, it } from 'vitest';

import {
  BOARD_BYTES,
  InvitationBoard,
  MAX_SOCKETS,
  MAX_WORKERS,
} from '../../../../../lib/cluster/protocol/invite/board.ts';

function board(): InvitationBoard {
  return new InvitationBoard(new Int32Array(new ArrayBuffer(BOARD_BYTES)));
}

const USAGE = {
  rssBytes: 2 ** 33,
  privateBytes: 2 ** 32,
  heapUsedBytes: 3,
  elu: 0.25,
  loopDelayP99Ms: 1.5,
  requests: 2 ** 40,
};

describe('The board of invitations', () => {
  it('has a line for each socket and each worker, none in another', () => {
    const one = board();
    const [first, last] = [one.use(0), one.use(MAX_WORKERS - 1)];
    const [socket, lastSocket] = [one.socket(0), one.socket(MAX_SOCKETS - 1)];
    first.isOpen = true;
    first.usage = USAGE;
    first.load.set([7, 9]);
    first.setServes(0, true);
    first.setServes(MAX_SOCKETS - 1, true);
    last.countTaken(5);
    lastSocket.countTaken(6);
    expect(first.usage).toEqual(USAGE);
    expect(first).toMatchObject({ isOpen: true, inFlight: 7, connections: 9, taken: 0 });
    expect([0, 1, 62, 63].map((index) => first.serves(index))).toEqual([true, false, false, true]);
    expect(last).toMatchObject({ isOpen: false, taken: 1, takenAt: 5, inFlight: 0 });
    expect(last.usage).toBeUndefined();
    expect([socket.taken, lastSocket.taken, lastSocket.takenAt]).toEqual([0, 1, 6]);
    first.setServes(0, false);
    expect(first.serves(0)).toBe(false);
  });

  it('shows every worker that there has been, and a new one with nothing of the last', () => {
    const one = board();
    one.use(0);
    const line = one.use(2);
    line.sleep();
    line.maxConnections = 4;
    expect(one.workers).toHaveLength(3);
    expect(line.hasRoom).toBe(true);
    const again = one.use(2);
    expect(again).toMatchObject({ isAsleep: false, hasRoom: false });
    expect(one.workers).toHaveLength(3);
  });

  it('shows a process that knows its own line first those of all others', () => {
    const words = new Int32Array(new ArrayBuffer(BOARD_BYTES));
    const [primary, worker] = [new InvitationBoard(words), new InvitationBoard(words)];
    primary.use(0).isOpen = true;
    primary.use(2).isOpen = true;
    expect(worker.worker(2).isOpen).toBe(true);
    expect(worker.workers.map(({ isOpen }) => isOpen)).toEqual([true, false, true]);
  });

  it('wakes a sleeper once', () => {
    const line = board().use(0);
    line.sleep();
    expect(line.isAsleep).toBe(true);
    expect([line.takeSleep(), line.takeSleep()]).toEqual([true, false]);
  });
});
