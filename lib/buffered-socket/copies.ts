/** Bytes of memory that small copies share: the most that one keeps alive besides itself. */
const SLAB = 8 * 1024;

/** Largest copy that shares a slab: its own allocation would take ten times as long. */
const SMALL = 1024;

let slab = Buffer.alloc(0);
let used = 0;

/**
 * Allocates uninitialized memory for a copy. Not from Node's pool (`Buffer.allocUnsafe`): of its
 * slabs of 64 KiB, a small copy would keep as much alive as the chunk that it replaces.
 */
export function allocateCopy(size: number): Buffer {
  if (size > SMALL) return Buffer.allocUnsafeSlow(size);
  if (used + size > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const copy = slab.subarray(used, used + size);
  // Aligned to 8 bytes, for typed arrays of larger elements over a copy.
  used += (size + 7) & ~7;
  return copy;
}
