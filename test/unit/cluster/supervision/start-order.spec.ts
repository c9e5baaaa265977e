import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StartOrder } from '../../../../lib/cluster/supervision/start-order.ts';

/** How many of those that wait the order starts, beside those that start already. */
function startsAtOnce(order: StartOrder, serving = 1): number {
  let starting = 0;
  while (starting < 100 && order.allowsAnother(starting, serving)) starting++;
  return starting;
}

/** Workers up to `count` have been started. */
function startAll(order: StartOrder, count: number): void {
  for (let id = 1; id <= count; id++) order.started(id);
}

describe('StartOrder', () => {
  it('lets workers start side by side up to its bound, until all were READY', () => {
    const order = new StartOrder(4);
    expect(startsAtOnce(order)).toBe(4);
    order.ready();
    expect(startsAtOnce(order)).toBe(4);
    expect(order.hasStarted).toBe(false);
    order.full();
    expect(order.hasStarted).toBe(true);
    expect(startsAtOnce(order)).toBe(1);
    order.ready();
    expect(startsAtOnce(order)).toBe(1);
  });

  it('lets as many start beside those that serve as processors are spare, and all if none serves', () => {
    const order = new StartOrder(4, 3);
    order.full();
    expect([startsAtOnce(order, 1), startsAtOnce(order, 0)]).toEqual([3, 4]);
  });

  it('goes on one by one after a failed start, until a worker is READY', () => {
    const order = new StartOrder(4);
    startAll(order, 4);
    order.failed(2, 'no database');
    expect(startsAtOnce(order)).toBe(1);
    order.ready();
    expect(startsAtOnce(order)).toBe(4);
  });

  it('counts workers that started side by side as one try, with one record per reason', () => {
    const order = new StartOrder(3);
    startAll(order, 3);
    expect(order.failed(2, 'no database')).toEqual({ isTry: true, isRepeat: false });
    expect(order.failed(1, 'no database')).toEqual({ isTry: false, isRepeat: true });
    expect(order.failed(3, 'no memory')).toEqual({ isTry: false, isRepeat: false });
    order.started(4);
    expect(order.failed(4, 'no database')).toEqual({ isTry: true, isRepeat: false });
  });

  it('counts each failed start once all were READY: they came one after another', () => {
    const order = new StartOrder(3);
    startAll(order, 3);
    order.full();
    for (const id of [4, 5, 6]) {
      order.started(id);
      expect(order.failed(id, 'no database')).toEqual({ isTry: true, isRepeat: false });
    }
  });

  it('never counts more tries than starts, nor fewer than failed starts one after another', () => {
    const waves = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(waves, (sizes) => {
        const order = new StartOrder(5);
        let id = 0;
        let tries = 0;
        for (const size of sizes) {
          const wave = Array.from({ length: size }, () => ++id);
          for (const one of wave) order.started(one);
          for (const one of wave.toReversed()) tries += order.failed(one, 'same').isTry ? 1 : 0;
        }
        expect(tries).toBe(sizes.length);
      }),
    );
  });
});
