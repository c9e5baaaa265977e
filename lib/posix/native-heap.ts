import { loadKoffi } from './koffi.ts';

/** glibc's allocator. */
interface Allocator {
  trim: (pad: number) => unknown;
  setOption: (option: number, value: number) => unknown;
}

/** `M_ARENA_MAX` of mallopt(3). */
const M_ARENA_MAX = -8;

let allocator: Promise<Allocator | undefined> | undefined;

/**
 * Returns memory to the system that native code of any thread has freed, such as V8's parser and
 * compiler. glibc keeps what lies below memory in use (malloc_trim(3)); musl does not, and has no
 * such function. Does nothing where it can't.
 *
 * @returns the time that it took, in milliseconds: about one for 10 MB
 */
export async function trimHeap(): Promise<number> {
  const glibc = await theAllocator();
  const from = performance.now();
  glibc?.trim(0);
  return performance.now() - from;
}

/**
 * Has threads that start later share memory that others have freed: glibc gives each one more of
 * its own. For processes whose threads seldom allocate, as they wait for each other when they do.
 */
export async function shareArenas(): Promise<void> {
  (await theAllocator())?.setOption(M_ARENA_MAX, 1);
}

function theAllocator(): Promise<Allocator | undefined> {
  return (allocator ??= loadAllocator());
}

async function loadAllocator(): Promise<Allocator | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const library = (await loadKoffi()).load(null);
    return {
      trim: library.func('int malloc_trim(size_t pad)'),
      setOption: library.func('int mallopt(int option, int value)'),
    };
  } catch {
    // No koffi, or another C library.
    return undefined;
  }
}
