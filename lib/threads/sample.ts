import { Deserializer, Serializer } from 'node:v8';
import type { Transferable } from 'node:worker_threads';

import { processClock } from '../common/clock.ts';
import type { ThreadSample } from './protocol.ts';

/** A value on its way, and what of it goes along without being copied. */
export interface SentValue {
  value: unknown;
  moved: readonly Transferable[] | undefined;
}

/**
 * How large a call's values are as they are copied, and how long the result takes to be read.
 * Undefined for what only messages can carry.
 */
export function sampleOf(args: SentValue, result: SentValue): ThreadSample | undefined {
  try {
    const argumentBytes = copied(args).byteLength;
    const bytes = copied(result);
    const startedAt = processClock.now();
    read(bytes, result);
    const readMs = processClock.now() - startedAt;
    return { argumentBytes, resultBytes: bytes.byteLength, readMs };
  } catch {
    return undefined;
  }
}

/** @throws for what can't be copied */
function copied({ value, moved }: SentValue): Buffer {
  const serializer = new Serializer();
  eachMemory(moved, (memory, id) => serializer.transferArrayBuffer(id, memory));
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function read(bytes: Buffer, { moved }: SentValue): void {
  const deserializer = new Deserializer(bytes);
  eachMemory(moved, (memory, id) => deserializer.transferArrayBuffer(id, memory));
  deserializer.readHeader();
  deserializer.readValue();
}

function eachMemory(
  moved: readonly Transferable[] | undefined,
  use: (memory: ArrayBuffer, id: number) => void,
): void {
  for (const [id, item] of moved?.entries() ?? []) if (item instanceof ArrayBuffer) use(item, id);
}
