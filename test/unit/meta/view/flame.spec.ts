import { describe, expect, it } from 'vitest';

import { flameOf, kindOf } from '../../../../lib/meta/model/flame.ts';
import { hottest } from '../../../../lib/meta/operations/hottest.ts';
import {
  type CpuProfile,
  mergeProfiles,
  type ProfileNode,
} from '../../../../lib/meta/operations/merge-profiles.ts';
import { withoutProfiler } from '../../../../lib/meta/operations/own-samples.ts';
import { flameView } from '../../../../lib/meta/view/flame.ts';

type Tree = readonly [name: string, hits: number, ...children: Tree[]];

/** A profile of this tree; names are `function@url`. */
function profileOf(...trees: readonly Tree[]): CpuProfile {
  const nodes: CpuProfile['nodes'] = [];
  const samples: number[] = [];
  const add = ([name, hits, ...children]: Tree): number => {
    const [functionName = '', url = ''] = name.split('@');
    const id = nodes.length + 1;
    const callFrame = { functionName, url, scriptId: '1', lineNumber: id, columnNumber: 0 };
    const positionTicks = hits > 0 ? [{ line: id + 1, ticks: hits }] : [];
    const node = { id, callFrame, hitCount: hits, children: [] as number[], positionTicks };
    nodes.push(node);
    for (let hit = 0; hit < hits; hit++) samples.push(id);
    for (const child of children) node.children.push(add(child));
    return id;
  };
  add(['(root)', 0, ...trees]);
  const timeDeltas = samples.map(() => 1_000);
  return { nodes, samples, timeDeltas, startTime: 0, endTime: samples.length * 1_000 };
}

const APP = 'file:///app/dist/work.js';
const NEST = 'file:///app/node_modules/@nestjs/core/index.js';

describe('flameOf', () => {
  const profile = profileOf(
    ['(idle)', 900],
    [`handle@${NEST}`, 10, [`light@${APP}`, 20], [`heavy@${APP}`, 60]],
    ['(garbage collector)', 10],
  );

  it('lays callees below their callers, widest first, without idle time', () => {
    const { samples, frames, omitted } = flameOf(profile);
    expect([samples, omitted]).toEqual([100, 0]);
    const laid = frames.map(({ callFrame: { functionName }, depth, from, total, self, kind }) => [
      functionName,
      depth,
      Number(from.toFixed(3)),
      total,
      self,
      kind,
    ]);
    expect(laid).toEqual([
      ['handle', 0, 0, 0.9, 0.1, 'package'],
      ['(garbage collector)', 0, 0.9, 0.1, 0.1, 'engine'],
      ['heavy', 1, 0, 0.6, 0.6, 'app'],
      ['light', 1, 0.6, 0.2, 0.2, 'app'],
    ]);
  });

  it('leaves out what is narrower than a thousandth, and says how many', () => {
    const { frames, omitted } = flameOf(profileOf(['a@x', 2_997], ['b@x', 2], ['c@x', 1]));
    expect(frames.map(({ callFrame }) => callFrame.functionName)).toEqual(['a']);
    expect(omitted).toBe(2);
  });

  it('keeps the widest of very many frames, and every caller of those', () => {
    const many = Array.from({ length: 700 }, (_, at): Tree => {
      return [`caller${at}@x`, 0, [`callee${at}@x`, 1]];
    });
    const { frames, omitted } = flameOf(profileOf(...many));
    expect([frames.length, omitted]).toEqual([600, 800]);
    const callers = new Set(frames.filter(({ depth }) => depth === 0).map(({ from }) => from));
    const callees = frames.filter(({ depth }) => depth === 1);
    expect(callees.every(({ from }) => callers.has(from))).toBe(true);
  });

  it('ends at a depth that no page could show', () => {
    expect(flameOf(profileOfChain(5_000)).frames.length).toBe(100);
  });

  it('has no frames for a profile that was idle, or empty', () => {
    expect(flameOf(profileOf(['(idle)', 5])).frames).toEqual([]);
    expect(flameOf({ nodes: [], startTime: 0, endTime: 0 }).frames).toEqual([]);
  });
});

function profileOfChain(length: number): CpuProfile {
  const nodes = Array.from({ length }, (_, at) => ({
    id: at + 1,
    callFrame: {
      functionName: `f${at}`,
      url: 'x',
      scriptId: '1',
      lineNumber: 1,
      columnNumber: 0,
    },
    hitCount: at === length - 1 ? 1 : 0,
    children: at === length - 1 ? [] : [at + 2],
  }));
  return { nodes, startTime: 0, endTime: 1 };
}

describe('kindOf', () => {
  it.each([
    [APP, 'app'],
    [NEST, 'package'],
    ['node:internal/timers', 'node'],
    ['', 'engine'],
  ])('of %s is %s', (url, kind) => {
    expect(kindOf({ url })).toBe(kind);
  });
});

describe('withoutProfiler', () => {
  const taken = profileOf(
    ['(idle)', 10],
    ['#run@file:///lib/insight/profiler.js', 1, ['post@node:inspector', 50, ['inner@', 5]]],
    [`work@${APP}`, 34],
  );

  it('removes samples of the inspector and of what it calls, and no others', () => {
    const cleaned = withoutProfiler(taken);
    const hits = cleaned.nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
    expect(hits).toBe(45);
    expect(cleaned.samples).toHaveLength(45);
    expect(cleaned.timeDeltas).toHaveLength(45);
    expect(cleaned.nodes.some(({ callFrame }) => callFrame.functionName === 'inner')).toBe(false);
    const ids = new Set(cleaned.nodes.map(({ id }) => id));
    expect(cleaned.nodes.flatMap(({ children = [] }) => children).every((id) => ids.has(id))).toBe(
      true,
    );
  });

  it('changes nothing where the inspector has no samples', () => {
    const other = profileOf([`work@${APP}`, 3]);
    expect(withoutProfiler(other)).toBe(other);
  });

  it('makes shares those of the application', async () => {
    const merged = mergeProfiles([withoutProfiler(taken), withoutProfiler(taken)]);
    const { functions, samples, flame } = await hottest(merged);
    expect(samples).toBe(90);
    expect(functions[0]).toMatchObject({ name: 'work', self: 68 / 90 });
    expect(flame.frames[0]).toMatchObject({ name: 'work', total: 68 / 70, self: 68 / 70 });
  });
});

/** A function with samples in these lines. */
function hot(id: number, positionTicks: { line: number; ticks: number }[]): ProfileNode {
  const hitCount = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0);
  const place = { url: 'plain.js', scriptId: '1', lineNumber: 4, columnNumber: 0 };
  return { id, callFrame: { functionName: 'hot', ...place }, hitCount, positionTicks };
}

describe('the heat of lines', () => {
  it('is in the order of the lines, over all callers of the function', async () => {
    const [root] = profileOf().nodes;
    const nodes = [
      { ...(root as ProfileNode), children: [2, 3] },
      hot(2, [{ line: 9, ticks: 3 }]),
      hot(3, [
        { line: 9, ticks: 1 },
        { line: 7, ticks: 4 },
      ]),
    ];
    const { functions } = await hottest({ nodes, startTime: 0, endTime: 1 });
    expect(functions).toHaveLength(1);
    expect(functions[0]?.heat).toEqual([
      { line: 7, self: 0.5 },
      { line: 9, self: 0.5 },
    ]);
  });
});

describe('flameView', () => {
  const frame = {
    depth: 0,
    from: 0,
    total: 1,
    self: 0.25,
    kind: 'app',
    name: '<script>',
    location: 'a.js:1',
  };

  it('draws each frame with its title, without styles and scripts', () => {
    const narrow = { ...frame, depth: 1, total: 0.002, name: 'narrow' };
    const { markup } = flameView([frame, narrow], 7);
    expect(markup).toContain('<title>&lt;script&gt; a.js:1: total 100 %, self 25 %');
    expect(markup.match(/<rect /g)).toHaveLength(2);
    // A label that does not fit is left out.
    expect(markup.match(/<text /g)).toHaveLength(1);
    expect(markup).toContain('7 narrower or deeper frames');
    expect(markup).not.toMatch(/style=|<script>/);
  });

  it('says that there is nothing to draw', () => {
    expect(flameView([], 0).markup).toContain('No samples outside of idle time');
  });
});
