import { describe, expect, it } from 'vitest';

import { waterfallOf } from '../../../../lib/meta/model/waterfall.ts';
import { waterfallView } from '../../../../lib/meta/view/waterfall-view.ts';

const START = 1_800_000_000_000;

const REQUEST = { startedAt: START, durationMs: 100, queueWaitMs: 0, steps: [] };

/** A block of the event loop that ended `endMs` after the start of the request. */
function block(endMs: number, blockedMs: number) {
  return { at: START + endMs, blockedMs, frame: 'hash (/app/hash.ts:7:3)', requestId: null };
}

function step(name: string, atMs: number, ms: number) {
  return { name, atMs, ms };
}

describe('The waterfall of a request', () => {
  it('is own time where nothing else is known', () => {
    expect(waterfallOf(REQUEST, [])).toEqual({
      durationMs: 100,
      spans: [{ kind: 'own', name: 'own time', atMs: 0, ms: 100 }],
      ownMs: 100,
      blockedMs: 0,
    });
  });

  it('has admission, steps, and the gaps between them', () => {
    const steps = [step('rates.tcp', 20, 10), step('rates.call', 30, 40), step('thread a', 60, 30)];
    const { spans, ownMs } = waterfallOf({ ...REQUEST, queueWaitMs: 5, steps }, []);
    expect(spans.map(({ kind, atMs, ms }) => [kind, atMs, ms])).toEqual([
      ['admission', 0, 5],
      ['own', 5, 15],
      ['step', 20, 10],
      ['step', 30, 40],
      ['step', 60, 30],
      ['own', 90, 10],
    ]);
    expect(ownMs).toBe(25);
  });

  it('names a gap in which the event loop was blocked, by its line', () => {
    const { spans, ownMs, blockedMs } = waterfallOf(REQUEST, [block(80, 60)]);
    expect(spans).toEqual([
      { kind: 'own', name: 'own time', atMs: 0, ms: 20 },
      {
        kind: 'blocked',
        name: 'event loop blocked at hash (/app/hash.ts:7:3)',
        atMs: 20,
        ms: 60,
      },
      { kind: 'own', name: 'own time', atMs: 80, ms: 20 },
    ]);
    expect([ownMs, blockedMs]).toEqual([40, 60]);
  });

  it('has only the part of a block that is its own', () => {
    const early = waterfallOf(REQUEST, [block(30, 500)]);
    expect(early.spans[0]).toMatchObject({ kind: 'blocked', atMs: 0, ms: 30 });
    const late = waterfallOf(REQUEST, [block(400, 350)]);
    expect(late.spans.at(-1)).toMatchObject({ kind: 'blocked', atMs: 50, ms: 50 });
    expect(waterfallOf(REQUEST, [block(-1, 50), block(500, 100)]).blockedMs).toBe(0);
  });

  it('counts a block once that hides behind a step', () => {
    const steps = [step('rates.call', 0, 100)];
    const { ownMs, blockedMs } = waterfallOf({ ...REQUEST, steps }, [block(50, 40), block(60, 40)]);
    expect([ownMs, blockedMs]).toEqual([0, 50]);
  });

  it('does not count a step that outlasts the request', () => {
    const steps = [step('rates.call', 90, 500)];
    expect(waterfallOf({ ...REQUEST, steps }, []).ownMs).toBe(90);
  });

  it('is drawn on an axis, with a key of its colours', () => {
    const steps = [step('<b>', 20, 10), step('rates.call', 40, 10), step('rates.call', 60, 10)];
    const { markup } = waterfallView(waterfallOf({ ...REQUEST, steps }, [block(100, 10)]));
    expect(markup).not.toContain('<b>');
    const axis = [...markup.matchAll(/<span>([\d.]+ ms)<\/span>/g)].map(([, text]) => text);
    expect(axis).toEqual(['0 ms', '25 ms', '50 ms', '75 ms', '100 ms']);
    const key = markup.slice(markup.indexOf('lane-key'));
    expect(key.match(/rates\.call/g)).toHaveLength(1);
    expect(key).toContain('own time of the handler');
    expect(key).toContain('event loop blocked');
    expect(markup).toContain('class="time-blocked"');
  });
});
