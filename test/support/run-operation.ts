import { expect } from 'vitest';

import type { TestGroup } from './test-group.ts';
import { until } from './until.ts';

/** A run of an operation that has ended. */
export interface EndedRun<T = unknown> {
  id: string;
  state: 'DONE' | 'FAILED' | 'CANCELLED';
  error?: string;
  result: T;
  artifacts: { id: string; name: string; bytes: number }[];
}

/** Starts an operation by JSON and waits for its end. */
export async function runOperation<T>(
  group: TestGroup,
  name: string,
  input: object,
): Promise<EndedRun<T>> {
  const { status, body } = await group.post(`/api/v1/operations/${name}`, input, {});
  expect([status, body]).toEqual([202, expect.objectContaining({ id: expect.any(String) })]);
  const { id } = body as { id: string };
  return until(
    `the end of ${name}`,
    async () => {
      const run = await group.read<EndedRun<T> | { state: 'RUNNING' }>(`/api/v1/operations/${id}`);
      return run.state !== 'RUNNING' && run;
    },
    { withinMs: 120_000, everyMs: 100 },
  );
}
