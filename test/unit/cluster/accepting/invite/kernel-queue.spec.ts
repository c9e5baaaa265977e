import { describe, expect, it } from 'vitest';

import { KernelQueue } from '../../../../../lib/cluster/accepting/invite/kernel-queue.ts';

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
