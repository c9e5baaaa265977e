import { expect, it } from 'vitest';

import { bootTimesOf, bootTimings } from '../../../lib/insight/boot-timings.ts';

it('R43 Boot timings go with another instrument, whose instances they measure.', () => {
  const wrapped: object[] = [];
  const { instanceDecorator } = bootTimings({
    instanceDecorator: (instance) => {
      const wrapper = { instance };
      wrapped.push(wrapper);
      return wrapper;
    },
  });
  const made = {};
  expect(instanceDecorator(made)).toBe(wrapped[0]);
  expect(wrapped).toEqual([{ instance: made }]);
  expect(bootTimesOf(wrapped)).not.toBeNull();
});
