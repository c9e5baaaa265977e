import { expect, it } from 'vitest';

import { thrownMessage, toError } from '../../../../lib/common/errors/to-error.ts';

it('an error stays the same one; any other value becomes one with its text', () => {
  const error = new TypeError('broken');
  expect(toError(error)).toBe(error);
  expect(toError('broken')).toEqual(new Error('broken'));
  expect(toError(undefined).message).toBe('undefined');
  expect([thrownMessage(error), thrownMessage(7)]).toEqual(['broken', '7']);
});
