import { afterEach, expect, it } from 'vitest';

import { processWide } from '../../../../lib/common/process/process-wide.ts';

afterEach(() => void Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.test')));

it('two copies of the package share one value, created on first access', () => {
  let created = 0;
  const create = (): { value: number } => ({ value: (created += 1) });
  const [first, second] = [processWide('test', create), processWide('test', create)];
  expect(created).toBe(0);
  first().value += 10;
  expect(second()).toBe(first());
  expect(second()).toEqual({ value: 11 });
  expect(created).toBe(1);
});
