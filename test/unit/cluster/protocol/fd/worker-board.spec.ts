import { describe, expect, it } from 'vitest';

import { BOARD_BYTES, WorkerBoard } from '../../../../../lib/cluster/protocol/fd/worker-board.ts';
import { CONNECTIONS, IN_FLIGHT } from '../../../../../lib/cluster/protocol/load-words.ts';

function makeBoard(): { primary: WorkerBoard; worker: WorkerBoard } {
  const memory = new ArrayBuffer(BOARD_BYTES);
  return {
    primary: new WorkerBoard(new Int32Array(memory)),
    worker: new WorkerBoard(new Int32Array(memory)),
  };
}

describe('WorkerBoard', () => {
  it('shows the primary what the worker counts', () => {
    const { primary, worker } = makeBoard();
    const usage = {
      rssBytes: 1e10,
      privateBytes: 9e9,
      heapUsedBytes: 5,
      elu: 0.25,
      loopDelayP99Ms: 1.5,
      requests: 3,
    };
    expect(primary.usage).toBeUndefined();
    worker.usage = usage;
    worker.beat();
    worker.load[IN_FLIGHT] = 2;
    worker.load[CONNECTIONS] = 3;
    expect(primary).toMatchObject({ beats: 1, inFlight: 2, connections: 3, usage });

    primary.clear();
    expect(primary).toMatchObject({ beats: 0, inFlight: 0, connections: 0, usage: undefined });
  });

  it('has the worker woken only when it sleeps, and the primary only when it asked', () => {
    const { primary, worker } = makeBoard();
    expect(primary.countSent()).toBe(false);
    worker.sleep();
    expect(worker.sent).toBe(1);
    expect(primary.countSent()).toBe(true);
    expect(primary.countSent()).toBe(false);
    expect(worker.sent).toBe(3);

    expect(worker.takeSignalWish()).toBe(false);
    primary.askForSignal();
    expect(worker.takeSignalWish()).toBe(true);
    expect(worker.takeSignalWish()).toBe(false);
  });
});
