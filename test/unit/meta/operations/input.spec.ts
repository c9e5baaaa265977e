import { describe, expect, it } from 'vitest';

import { readInput } from '../../../../lib/meta/operations/input.ts';
import type { OperationField } from '../../../../lib/reports/reports.ts';

const CHOICES = ['slow', 'fast'] as const;

function field(kind: OperationField['kind']): OperationField {
  return { name: 'x', label: 'X', kind, ...(kind === 'choice' ? { choices: [...CHOICES] } : {}) };
}

describe('The input of an operation', () => {
  it.each([
    ['text', 5, '"x" must be a text of at most 500 characters'],
    ['number', 'many', '"x" must be a number'],
    ['choice', 'odd', '"x" must be one of slow, fast'],
    ['scalar', [], '"x" must be a number, true, false, or a text of at most 500 characters'],
    ['flag', 'perhaps', '"x" must be true or false'],
  ] as const)('says what a %s must be', (kind, given, message) => {
    expect(() => readInput([field(kind)], { x: given })).toThrow(message);
  });

  it.each([
    ['flag', 'on', true],
    ['flag', 'true', true],
    ['flag', 'false', false],
    ['number', '5', 5],
    ['choice', 'fast', 'fast'],
  ] as const)('reads a %s from %s', (kind, given, value) => {
    expect(readInput([field(kind)], { x: given })).toEqual({ x: value });
  });
});
