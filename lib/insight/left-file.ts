import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OWNER_ONLY } from '../common/files/owner-only.ts';
import { privateDirectory } from '../common/files/private-directory.ts';

/** File that this process left for the pages, in the directory that both know. */
export interface LeftFile {
  /** Name in that directory. */
  file: string;
  bytes: number;
}

/** Generates an unguessable name. */
export function newFileName(extension: string): string {
  return `${randomBytes(12).toString('hex')}.${extension}`;
}

/** Leaves a text for the pages in a file: it may be too large for a channel. */
export async function leaveFile(extension: string, text: string): Promise<LeftFile> {
  const file = newFileName(extension);
  const path = join(privateDirectory(), file);
  await writeFile(path, text, { mode: OWNER_ONLY, flag: 'wx' });
  return { file, bytes: statSync(path).size };
}
