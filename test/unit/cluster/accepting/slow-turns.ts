import type { Socket } from 'node:net';

import { vi } from 'vitest';

import { AcceptPath } from '../../../../lib/cluster/accepting/accept-path.ts';
import { Refuser } from '../../../../lib/cluster/accepting/refuse.ts';
import type {
  HandoffMessage,
  HandoffReply,
} from '../../../../lib/cluster/protocol/control-messages.ts';
import { decideClaim } from '../../../../lib/cluster/protocol/lease.ts';
import type { Held, ListenEvents } from '../../../../lib/cluster/protocol/transport.ts';
import { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { InheritedSockets } from '../../../../lib/cluster/takeover/inherited-sockets.ts';

export const acceptQueue = {
  transport: 'ipc',
  maxQueue: 384,
  maxWaitMs: 500,
  targetMs: 20,
  intervalMs: 200,
  claimTimeoutMs: 100,
} as const;

/** How long a worker's reply takes to the primary, in milliseconds. */
const HOP_MS = 1;

/** What became of the connections, with how long each waited for its claim, in milliseconds. */
export interface Outcome {
  arrived: number;
  waits: number[];
  shed: Record<string, number>;
}

/**
 * The accept path over workers that exist on paper: each looks for connections once in so many
 * milliseconds, as a loop does that turns slowly, and claims all that it finds. `Infinity`: blocked.
 */
export async function acceptFor(
  ms: number,
  { perSecond, turnsMs }: { perSecond: number; turnsMs: readonly number[] },
): Promise<Outcome> {
  vi.useFakeTimers({ now: 0 });
  try {
    const group = await PaperGroup.open(turnsMs);
    const arrivals = setInterval(() => group.arrive(), 1_000 / perSecond);
    await vi.advanceTimersByTimeAsync(ms);
    clearInterval(arrivals);
    await vi.advanceTimersByTimeAsync(3 * acceptQueue.maxWaitMs);
    return group.outcome;
  } finally {
    vi.useRealTimers();
  }
}

class PaperGroup {
  readonly #path: AcceptPath;
  readonly #workers: PaperWorker[] = [];
  readonly #waits: number[] = [];
  #arrived = 0;
  #events: ListenEvents | undefined;

  private constructor() {
    const clock = { now: () => Date.now() };
    this.#path = new AcceptPath({
      acceptQueue,
      maxHeld: 10_000,
      clock,
      queueClock: clock,
      refuser: new Refuser({ maxLingering: 1, random: () => 0 }),
      inherited: new InheritedSockets([]),
      workers: () => this.#workers.map(({ managed }) => managed),
      onInUse: () => undefined,
      onOpen: () => undefined,
      onError: () => undefined,
      transport: {
        open: async (_spec, events) => {
          this.#events = events;
          return { address: 'paper', addresses: ['paper'], close: () => undefined };
        },
        adopt: () => ({ address: 'paper', addresses: ['paper'], close: () => undefined }),
      },
    });
  }

  static async open(turnsMs: readonly number[]): Promise<PaperGroup> {
    const group = new PaperGroup();
    const spec = { port: 1, ordinal: 0, refusal: 'close', clientFirst: true } as const;
    const { id } = await group.#path.listen(spec, 'app');
    for (const [index, everyMs] of turnsMs.entries()) {
      const worker: PaperWorker = new PaperWorker(index, (reply) =>
        group.#path.reply(worker.managed, reply),
      );
      worker.managed.listeners.add(id);
      group.#workers.push(worker);
      // They turn one after another, not all at once.
      if (everyMs !== Infinity) worker.turnEvery(everyMs, (everyMs * index) / turnsMs.length);
    }
    return group;
  }

  arrive(): void {
    this.#arrived++;
    this.#events?.onConnection(new PaperConnection((waitMs) => this.#waits.push(waitMs)));
    this.#events?.onBatch();
  }

  get outcome(): Outcome {
    const { shed } = this.#path.listeners[0]?.snapshot() ?? { shed: {} };
    return { arrived: this.#arrived, waits: this.#waits, shed: { ...shed } };
  }
}

class PaperConnection implements Held {
  readonly #since = Date.now();
  readonly #onClaim: (waitMs: number) => void;

  constructor(onClaim: (waitMs: number) => void) {
    this.#onClaim = onClaim;
  }

  claimed(): void {
    this.#onClaim(Date.now() - this.#since);
  }

  release(): void {}

  toSocket(): Socket {
    throw new Error('there is none');
  }
}

class PaperWorker {
  readonly managed: ManagedWorker;
  readonly #sent: { message: HandoffMessage; held: Held }[] = [];
  readonly #reply: (reply: HandoffReply) => void;

  constructor(id: number, reply: (reply: HandoffReply) => void) {
    this.#reply = (one) => void setTimeout(reply, HOP_MS, one);
    this.managed = new ManagedWorker({
      id,
      slot: id,
      role: 'app',
      maxConnections: 10_000,
      now: 0,
    });
    this.managed.process = {
      pid: id,
      handOff: (message, held) => void this.#sent.push({ message, held }),
      send: () => undefined,
      kill: () => undefined,
    };
    this.managed.apply({ kind: 'ready' }, 0);
  }

  turnEvery(ms: number, firstAfterMs: number): void {
    setTimeout(() => {
      this.#turn();
      this.turnEvery(ms, ms);
    }, firstAfterMs);
  }

  #turn(): void {
    for (const { message, held } of this.#sent.splice(0)) {
      const { lease, expiresAt } = message;
      this.#reply({ buttress: 'claim', lease, inFlight: 0, connections: 0 });
      if (decideClaim(expiresAt, Date.now()) === 'serve') {
        (held as PaperConnection).claimed();
        this.#reply({ buttress: 'served' });
      } else {
        this.#reply({ buttress: 'declined', lease });
      }
    }
  }
}
