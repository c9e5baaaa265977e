import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file in the directory of the pages that is not in the books of those that look. */
export interface StrayFile {
  path: string;
  bytes: number;
  /** When it was written last, in milliseconds since 1970. */
  writtenAt: number;
  /** The process of the pages that kept it; undefined: a worker has left it, maybe for an operation that waits. */
  keptBy: number | undefined;
}

const KEPT = /^artifact-(\d+)-[\da-f]{32}$/;
const LEFT = /^[\da-f]{24}\.[a-z]+(?:\.part)?$/;

/** Name of a file that this process keeps. */
export function nameOfKept(id: string): string {
  return `artifact-${process.pid}-${id}`;
}

/** Files for download in a directory, without those whose paths are known. */
export async function strayFiles(
  directory: string,
  isKnown: (path: string) => boolean,
): Promise<StrayFile[]> {
  const names = await readdir(directory).catch(() => []);
  const found = names.map(async (name): Promise<StrayFile[]> => {
    const path = join(directory, name);
    const pid = KEPT.exec(name)?.[1];
    if ((pid === undefined && !LEFT.test(name)) || isKnown(path)) return [];
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) return [];
    const keptBy = pid === undefined ? undefined : Number(pid);
    return [{ path, bytes: stats.size, writtenAt: stats.mtimeMs, keptBy }];
  });
  return (await Promise.all(found)).flat();
}
