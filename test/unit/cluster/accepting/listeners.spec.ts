import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { AcceptPath } from '../../../../lib/cluster/accepting/accept-path.ts';
import { Refuser } from '../../../../lib/cluster/accepting/refuse.ts';
import type { ListenSpec } from '../../../../lib/cluster/protocol/control-messages.ts';
import type { ListenEvents } from '../../../../lib/cluster/protocol/transport.ts';
import { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { InheritedSockets } from '../../../../lib/cluster/takeover/inherited-sockets.ts';
import { acceptQueue } from './slow-turns.ts';

const LIMIT = 64;

function at(path: string): ListenSpec {
  return { path, ordinal: 0, refusal: 'close', clientFirst: true };
}

/** Listeners without sockets. */
class PaperListeners {
  readonly path: AcceptPath;
  readonly events: ListenEvents[] = [];
  readonly closed: string[] = [];
  workers: ManagedWorker[] = [];

  constructor() {
    const clock = { now: () => 0 };
    this.path = new AcceptPath({
      acceptQueue,
      maxHeld: 10,
      clock,
      queueClock: clock,
      refuser: new Refuser({ maxLingering: 1, random: () => 0 }),
      inherited: new InheritedSockets([]),
      workers: () => this.workers,
      onInUse: () => undefined,
      onOpen: () => undefined,
      onError: () => undefined,
      transport: {
        open: async ({ path = '' }, events) => {
          this.events.push(events);
          return { address: path, addresses: [path], close: () => this.closed.push(path) };
        },
        adopt: () => ({ address: '', addresses: [''], close: () => undefined }),
      },
    });
  }

  worker(): ManagedWorker {
    const id = this.workers.length + 1;
    const worker = new ManagedWorker({ id, slot: 0, role: 'app', maxConnections: 10, now: 0 });
    this.workers.push(worker);
    return worker;
  }

  /** Opens listeners for a worker, as the grants do. */
  async grant(worker: ManagedWorker, paths: readonly string[]): Promise<void> {
    const granting = paths.map(async (path) => {
      const { id } = await this.path.listen(at(path), worker.role);
      worker.listeners.add(id);
    });
    await Promise.all(granting);
  }
}

function pathsOf(worker: number): string[] {
  return Array.from({ length: LIMIT / 2 }, (_, index) => `/run/${worker}-${index}`);
}

describe('Listeners', () => {
  it('R43: those of dead workers make room for those of living ones', async () => {
    const group = new PaperListeners();
    await group.path.listen(at('/run/pages'), 'meta');
    const [dead, living] = [group.worker(), group.worker()];
    await group.grant(dead, pathsOf(1));
    await group.grant(living, pathsOf(2).slice(1));
    group.workers = [living];
    await group.grant(living, ['/run/more']);
    expect(group.closed).toEqual(pathsOf(1).slice(0, 1));
    expect(group.path.listeners).toHaveLength(LIMIT);
  });

  it('R43: a successor of the dead keeps what it asks for at the same time', async () => {
    const group = new PaperListeners();
    const [dead, living] = [group.worker(), group.worker()];
    await group.grant(dead, pathsOf(1));
    await group.grant(living, pathsOf(2));
    group.workers = [living];
    const successor = group.worker();
    await group.grant(successor, [...pathsOf(1).slice(1), '/run/more']);
    expect(group.closed).toEqual(pathsOf(1).slice(0, 1));
    expect(successor.listeners.size).toBe(LIMIT / 2);
  });

  it('R43: a restart keeps the address that each worker asks for, and its clients', async () => {
    const group = new PaperListeners();
    for (let pid = 0; pid < 2 * LIMIT; pid++) {
      group.workers = [];
      // oxlint-disable-next-line no-await-in-loop -- one worker after another
      await group.grant(group.worker(), [`/run/${pid}`, '/run/app']);
    }
    expect(group.closed).not.toContain('/run/app');
    expect(group.path.listeners).toHaveLength(LIMIT);
  });

  it('R43: those that workers serve have a limit', async () => {
    const group = new PaperListeners();
    const [one, other] = [group.worker(), group.worker()];
    await group.grant(one, pathsOf(1));
    await group.grant(other, pathsOf(2));
    await expect(group.grant(one, ['/run/more'])).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_LISTEN',
    });
    expect(group.closed).toEqual([]);
  });

  it('R43: visitors of pages that are down are no overload', async () => {
    const group = new PaperListeners();
    const pages = await group.path.listen(at('/run/pages'), 'meta');
    const visit = (): void => {
      group.events[0]?.onConnection({
        release: () => undefined,
        toSocket: () => null as unknown as Socket,
      });
    };
    group.path.arePagesDown = true;
    visit();
    group.path.arePagesDown = false;
    visit();
    expect(pages.snapshot()).toMatchObject({
      accepted: 2,
      length: 1,
      shed: { full: 0, age: 0, codel: 0, down: 1 },
    });
    group.path.close();
  });
});
