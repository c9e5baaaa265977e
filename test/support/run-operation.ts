import { expect } from 'vitest';

import type { TestGroup } from './test-group.ts';
import { until } from './until.ts';

/** A run of an operation. */
export interface Run {
  id: string;
  state: 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
  error?: string;
  result?: unknown;
  artifacts: { id: string; name: string; bytes: number }[];
}

/** Starts an operation and waits for its end. */
export async function runOperation(group: TestGroup, name: string, input: object): Promise<Run> {
  const { status, body } = await group.post(`/api/v1/operations/${name}`, input, {});
  expect([status, body]).toEqual([202, expect.objectContaining({ id: expect.any(String) })]);
  return until(
    `the end of ${name}`,
    async () => {
      const now = await group.read<Run>(`/api/v1/operations/${(body as Run).id}`);
      return now.state !== 'RUNNING' && now;
    },
    { withinMs: 60_000, everyMs: 100 },
  );
}
