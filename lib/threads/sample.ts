import { Deserializer, Serializer } from 'node:v8';
import type { Transferable } from 'node:worker_threads';

import { processClock } from '../common/clock.ts';
import type { ClonableValue } from './clone-values.ts';
import type { ThreadSample } from './protocol.ts';

/** A value with its transfer data. */
type SentValue = Omit<ClonableValue<unknown>, 'buffers'>;

/**
 * Measures the serialized sizes of a call's values and the time to read the result. Undefined if
 * they contain objects that only messages can carry.
 */
export function sampleOf(args: SentValue, result: SentValue): ThreadSample | undefined {
  try {
    const argumentBytes = written(args).byteLength + args.copiedBytes;
    const bytes = written(result);
    const startedAt = processClock.now();
    read(bytes, result);
    const readMs = processClock.now() - startedAt;
    return { argumentBytes, resultBytes: bytes.byteLength + result.copiedBytes, readMs };
  } catch {
    return undefined;
  }
}

/** Like `v8.serialize`, but leaves out transferred memory. @throws if a value can't be copied */
function written({ value, transfer }: SentValue): Buffer {
  const serializer = new Serializer();
  eachMemory(transfer, (memory, id) => serializer.transferArrayBuffer(id, memory));
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function read(bytes: Buffer, { transfer }: SentValue): void {
  const deserializer = new Deserializer(bytes);
  eachMemory(transfer, (memory, id) => deserializer.transferArrayBuffer(id, memory));
  deserializer.readHeader();
  deserializer.readValue();
}

function eachMemory(
  transfer: readonly Transferable[] | undefined,
  use: (memory: ArrayBuffer, id: number) => void,
): void {
  for (const [id, item] of transfer?.entries() ?? []) {
    if (item instanceof ArrayBuffer) use(item, id);
  }
}
