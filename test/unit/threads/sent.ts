import type { Transferable } from 'node:worker_threads';

import { clonable, reviveBuffers } from '../../../lib/threads/clone-values.ts';

/** What arrives on the other side. */
export function sent<T>(value: T, transfer: Transferable[] = []): T {
  const { transfer: all = [], ...ready } = clonable(value, transfer);
  const copy = structuredClone(ready, { transfer: all as ArrayBuffer[] });
  reviveBuffers(copy.buffers);
  return copy.value;
}
