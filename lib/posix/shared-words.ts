import { type Libc, LINUX, succeeded, systemError } from './libc.ts';

/** Returned by `mmap` on failure. */
const MAP_FAILED = -1n;

/** Creates shared memory. @returns its descriptor, to pass on. @throws the system error */
export function createSharedMemory(libc: Libc, bytes: number): number {
  const fd = succeeded(libc, libc.memfdCreate('buttress', LINUX.MFD_CLOEXEC), 'memfd_create');
  succeeded(libc, libc.ftruncate(fd, bytes), 'ftruncate');
  return fd;
}

/**
 * Maps shared memory as 32-bit words, on which `Atomics` work across processes. The mapping
 * lasts until the process ends.
 *
 * @throws the system error
 */
export function mapSharedWords(libc: Libc, fd: number, bytes: number): Int32Array<ArrayBuffer> {
  const pointer = libc.mmap(null, bytes, LINUX.PROT_READ_WRITE, LINUX.MAP_SHARED, fd, 0);
  if (pointer === null || BigInt.asIntN(64, pointer as bigint) === MAP_FAILED) {
    throw systemError(libc.errno(), 'mmap');
  }
  return new Int32Array(libc.view(pointer, bytes));
}
