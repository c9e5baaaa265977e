import { describe, expect, it } from 'vitest';

import { KeptLines, LineBudget } from '../../../lib/context/kept-lines.ts';

describe('The log lines of a request', () => {
  it('are the first 50, and the rest is counted', () => {
    const lines = new KeptLines(new LineBudget());
    for (let at = 0; at < 60; at++) lines.push(`${at}`);
    expect(lines.lines).toHaveLength(50);
    expect(lines.lines.at(-1)).toBe('49');
    expect(lines.dropped).toBe(10);
  });

  it('have no more than 20,000 characters, and a short one still fits after a long one', () => {
    const lines = new KeptLines(new LineBudget());
    lines.push('x'.repeat(15_000));
    lines.push('y'.repeat(15_000));
    lines.push('z');
    expect(lines.lines.map(([first]) => first)).toEqual(['x', 'z']);
    expect(lines.dropped).toBe(1);
  });
});
