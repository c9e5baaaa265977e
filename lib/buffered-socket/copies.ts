/** Memory that small copies share, in bytes: what one of them may keep alive besides itself. */
const SLAB = 8 * 1024;

/** Copies up to this size share a slab; memory of one's own costs ten times the time. */
const SMALL = 1024;

let slab = Buffer.alloc(0);
let used = 0;

/**
 * Memory for a copy, not cleared. Node's own pool (`Buffer.allocUnsafe`) has slabs of 64 KiB: a
 * small copy would keep as much alive as the chunk that it was copied to let go.
 */
export function allocateCopy(size: number): Buffer {
  if (size > SMALL) return Buffer.allocUnsafeSlow(size);
  if (used + size > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const copy = slab.subarray(used, used + size);
  // Aligned to 8 bytes, for those who look at it as an array of larger numbers.
  used += (size + 7) & ~7;
  return copy;
}
