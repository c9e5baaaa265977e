import { describe, expect, it } from 'vitest';

import { KernelQueue } from '../../../../../lib/cluster/accepting/invite/kernel-queue.ts';
import { LOOK_EVERY_MS } from '../../../../../lib/cluster/accepting/invite/look-pace.ts';

const LIMITS = { limit: 4, maxWaitMs: 500, targetMs: 20, intervalMs: 200 };

/** A queue of the kernel with so many connections, and workers that take some. */
class Scene {
  readonly shed: string[] = [];
  readonly waits: number[] = [];
  readonly #queue: KernelQueue;
  #taken = 0;
  waiting = 0;
  coming = 0;

  constructor(graceMs = 0) {
    this.#queue = new KernelQueue({
      ...LIMITS,
      graceMs,
      onLeft: (waitMs, count) => {
        for (let left = count; left > 0; left--) this.waits.push(waitMs);
      },
    });
  }

  take(count: number): void {
    this.#taken += count;
    this.waiting -= count;
  }

  get hasChanged(): boolean {
    return this.#queue.hasChanged;
  }

  look(now: number): void {
    const { waiting, coming } = this;
    this.#queue.look({ waiting, taken: this.#taken, takenAt: now, coming, now });
    for (let why = this.#queue.reasonToShed(now); why; why = this.#queue.reasonToShed(now)) {
      this.#queue.shed(now);
      this.waiting--;
      this.shed.push(why);
    }
  }
}

interface Overload {
  perSecond: number;
  servedEveryMs: number;
  /** Time between bursts of arrivals; 0: evenly. */
  burstMs: number;
  /** How long connections arrive. */
  forMs: number;
}

/** Waits of those who are refused, the shortest first. */
function refusedOf({ perSecond, servedEveryMs, burstMs, forMs }: Overload): number[] {
  const queue = new KernelQueue({ ...LIMITS, limit: 128, onLeft: () => undefined });
  const waiting: number[] = [];
  const refused: number[] = [];
  let [arrived, taken, takenAt] = [0, 0, -Infinity];
  for (let now = 0; now < forMs + 1_000; now += 0.5) {
    const last = Math.min(now, forMs);
    const sentUntil = burstMs === 0 ? last : Math.floor(last / burstMs) * burstMs;
    for (; (arrived * 1_000) / perSecond <= sentUntil; arrived++) waiting.push(sentUntil);
    if (now - takenAt >= servedEveryMs && waiting.shift() !== undefined) {
      taken++;
      takenAt = now;
    }
    if (now % LOOK_EVERY_MS !== 0) continue;
    queue.look({ waiting: waiting.length, taken, takenAt, coming: 4, now });
    while (queue.reasonToShed(now) !== undefined) {
      refused.push(now - (waiting.shift() ?? now));
      queue.shed(now);
    }
  }
  return refused.toSorted((a, b) => a - b);
}

describe('KernelQueue', () => {
  it('sheds the oldest beyond its limit', () => {
    const scene = new Scene();
    scene.waiting = 7;
    scene.look(0);
    expect(scene.shed).toEqual(['full', 'full', 'full']);
    expect(scene.waiting).toBe(LIMITS.limit);
  });

  it('has changed when connections came or were taken, though as many wait as before', () => {
    const scene = new Scene();
    const looks = [
      () => (scene.waiting = 2),
      () => undefined,
      () => scene.take(1),
      () => undefined,
    ];
    looks.push(() => {
      scene.take(1);
      scene.waiting++;
    });
    const found = looks.map((happen, at) => {
      happen();
      scene.look(at);
      return scene.hasChanged;
    });
    expect(found).toEqual([true, false, true, false, true]);
  });

  it('sheds those that waited too long while nobody takes any, and no other', () => {
    const scene = new Scene();
    scene.waiting = 1;
    scene.look(0);
    scene.waiting = 3;
    scene.look(300);
    scene.look(500);
    expect(scene.shed).toEqual([]);
    scene.look(501);
    expect(scene.shed).toEqual(['age']);
    scene.look(801);
    expect(scene.shed).toEqual(['age', 'age', 'age']);
    expect(scene.waits).toEqual([501, 501, 501]);
  });

  it('breaks up a standing queue, once it has stood for an interval', () => {
    const scene = new Scene();
    const sheds: number[] = [];
    for (let now = 0; now <= 2_000; now += 10) {
      // One arrives and one is taken, so that three always wait, for 30 ms.
      scene.waiting += now === 0 ? 3 : 1;
      if (now > 0) scene.take(1);
      scene.look(now);
      sheds.push(scene.shed.length);
      if (now < LIMITS.intervalMs) expect(scene.shed).toEqual([]);
    }
    // Below twice the target nothing is shed, however long the queue stands.
    expect(scene.shed).toEqual([]);
    for (let now = 2_010; now <= 4_000; now += 30) {
      scene.waiting += 1;
      scene.take(1);
      scene.look(now);
    }
    expect(scene.shed).toContain('codel');
  });

  it('keeps waits near its target from the start of an overload, in whatever bursts it comes', () => {
    for (const burstMs of [0, 24, 45]) {
      for (const perSecond of [900, 1_800]) {
        const refused = refusedOf({ perSecond, servedEveryMs: 5.6, burstMs, forMs: 10_000 });
        const about = `${perSecond}/s in bursts of ${burstMs} ms`;
        expect(refused.length, about).toBeGreaterThan(5_000);
        expect(refused[Math.floor(0.99 * refused.length)], about).toBeLessThan(60);
        expect(refused.at(-1), about).toBeLessThan(100);
      }
    }
  });

  it('refuses nobody of a burst that is over, and can be served in time', () => {
    const burst = { perSecond: 2_000, servedEveryMs: 5.6, burstMs: 0 };
    expect(refusedOf({ ...burst, forMs: 20 })).toEqual([]);
    expect(refusedOf({ ...burst, forMs: 30 })).toEqual([]);
  });

  it('takes loops that turn slowly for no standing queue', () => {
    const scene = new Scene();
    scene.coming = 4;
    for (let now = 0; now <= 5_000; now += 100) {
      scene.waiting += 3;
      for (let later = 0; later < 100; later += 2) scene.look(now + later);
      scene.take(3);
    }
    expect(scene.shed).toEqual([]);
  });

  it('takes a pause of all workers for no standing queue', () => {
    const scene = new Scene();
    scene.waiting = 2;
    for (let now = 0; now <= 450; now += 2) scene.look(now);
    scene.take(1);
    scene.look(452);
    expect(scene.shed).toEqual([]);
  });

  it('counts no ages while another group may accept on the socket', () => {
    const scene = new Scene(1_000);
    scene.waiting = 2;
    for (let now = 0; now < 1_400; now += 100) scene.look(now);
    expect(scene.shed).toEqual([]);
    for (let now = 1_400; now < 1_700; now += 100) scene.look(now);
    expect(scene.shed).toEqual(['age', 'age']);
  });
});
