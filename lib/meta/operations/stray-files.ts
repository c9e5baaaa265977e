import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** File in the directory of the pages that this process does not keep. */
export interface StrayFile {
  path: string;
  bytes: number;
  /** Last modification, in milliseconds since the epoch. */
  writtenAt: number;
  /**
   * Pid of the process that kept it; undefined: a worker left it, maybe for a pending operation.
   */
  keptBy: number | undefined;
}

const KEPT = /^artifact-(\d+)-[\da-f]{32}$/;
const LEFT = /^[\da-f]{24}\.[a-z]+(?:\.part)?$/;

/** Name of a file that this process keeps. */
export function nameOfKept(id: string): string {
  return `artifact-${process.pid}-${id}`;
}

/** Lists the files for download in a directory, except known ones. */
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
