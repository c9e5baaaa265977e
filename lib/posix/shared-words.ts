import { type Libc, LINUX, succeeded, systemError } from './libc.ts';

/** Where `mmap` failed. */
const MAP_FAILED = -1n;

/** Memory that processes share, to be handed on as a descriptor. @throws Error of the system */
export function createSharedMemory(libc: Libc, bytes: number): number {
  const fd = succeeded(libc, libc.memfdCreate('buttress', LINUX.MFD_CLOEXEC), 'memfd_create');
  succeeded(libc, libc.ftruncate(fd, bytes), 'ftruncate');
  return fd;
}

/**
 * The memory behind a descriptor as 32-bit words. `Atomics` work on them across processes. The
 * mapping stays until the process ends.
 *
 * @throws Error of the system
 */
export function mapSharedWords(libc: Libc, fd: number, bytes: number): Int32Array<ArrayBuffer> {
  const pointer = libc.mmap(null, bytes, LINUX.PROT_READ_WRITE, LINUX.MAP_SHARED, fd, 0);
  if (pointer === null || BigInt.asIntN(64, pointer as bigint) === MAP_FAILED) {
    throw systemError(libc.errno(), 'mmap');
  }
  return new Int32Array(libc.view(pointer, bytes));
}
