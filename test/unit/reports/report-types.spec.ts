import { describe, expectTypeOf, it } from 'vitest';

import type { PrimaryReports, WorkerReports } from '../../../lib/reports/report-types.ts';

/** What JSON gives back as something else, or loses. */
type Foreign =
  | Date
  | Map<unknown, unknown>
  | Set<unknown>
  | Error
  | bigint
  | symbol
  | ArrayBufferView
  | ((...args: never[]) => unknown);

type Less = readonly [never, 0, 1, 2, 3, 4, 5, 6, 7];

/** Names of members that hold something foreign, down to some depth. */
type ForeignIn<T, Depth extends number = 7> = unknown extends T
  ? never
  : Depth extends 0
    ? never
    : T extends readonly (infer Item)[]
      ? ForeignIn<Item, Less[Depth]>
      : T extends object
        ? {
            [K in keyof T & string]: Extract<T[K], Foreign> extends never
              ? ForeignIn<T[K], Less[Depth]>
              : K;
          }[keyof T & string]
        : never;

interface Wrong {
  at: Date;
  inner: { sizes: { bytes?: bigint }[] };
  fine: string | null;
}

describe('the types of reports', () => {
  it('hold nothing that JSON changes', () => {
    expectTypeOf<ForeignIn<Wrong>>().toEqualTypeOf<'at' | 'bytes'>();
    expectTypeOf<ForeignIn<PrimaryReports>>().toBeNever();
    // Written by prom-client: of its functions, none is read.
    expectTypeOf<ForeignIn<Omit<WorkerReports, 'metrics'>>>().toBeNever();
  });
});
