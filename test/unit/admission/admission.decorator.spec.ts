import { describe, expect, it } from 'vitest';

import { Admission, Priority } from '../../../lib/admission/admission.decorator.ts';
import { settingsOfHandler } from '../../../lib/context/route-settings.ts';

/** Decorates a method; returns the settings of its route. */
function settingsOf(decorator: MethodDecorator): object | undefined {
  const handler = (): unknown => decorator;
  decorator({}, 'handler', { value: handler });
  return settingsOfHandler(handler);
}

const wrong: [string, () => unknown, string][] = [
  ['@Admission without any', () => Admission({}), '@Admission changes nothing without options'],
  ['@Admission(undefined)', () => Admission(undefined as never), '@Admission must be an object'],
  ['unknown ones', () => Admission({ max: 1 } as never), '@Admission.max is not an option'],
  [
    'no name',
    () => Admission({ group: '' }),
    '@Admission.group must be a string that is not empty',
  ],
  ['no places', () => Admission({ limit: 0 }), '@Admission.limit must be a whole number from 1'],
  ['text', () => Admission({ limit: '5' as never }), '@Admission.limit must be a number'],
  ['a priority', () => Priority('urgent' as never), "@Priority must be one of 'critical', 'high'"],
];

describe('decorators of admission', () => {
  it('set group, limit and priority of a route', () => {
    expect(settingsOf(Admission({ group: 'payments', limit: 20 }))).toEqual({
      admissionGroup: 'payments',
      admissionLimit: 20,
    });
    expect(settingsOf(Admission({ limit: 3 }))).toEqual({ admissionLimit: 3 });
    expect(settingsOf(Priority('sheddable'))).toEqual({ priority: 'sheddable' });
  });

  it.each(wrong)('refuse wrong options when they decorate: %s', (_what, decorate, message) => {
    expect(decorate).toThrow(message);
  });
});
