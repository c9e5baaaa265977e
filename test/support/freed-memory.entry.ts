import { collectGarbage } from '../../lib/common/process/collect-garbage.ts';
import { trimHeap } from '../../lib/posix/native-heap.ts';

/** Prints how much memory is resident with freed memory, and after it is trimmed: see native-heap.spec.ts. */
const CHUNK_BYTES = 64 * 1024;
const CHUNKS = 2_000;

/** From the allocator's heap: larger ones are mapped one by one. */
let chunks = Array.from({ length: CHUNKS }, () => Buffer.alloc(CHUNK_BYTES, 1));
// What lies above it is in use, so the allocator gives nothing back by itself.
const last = chunks.at(-1);
chunks = [];
collectGarbage();
const freed = process.memoryUsage.rss();
await trimHeap();
console.log(JSON.stringify({ freed, trimmed: process.memoryUsage.rss(), last: last?.length }));
