import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { LedgerFile } from './ledger-file.ts';

/** Name of the ledger in the directory of a group. */
const LEDGER = 'metrics.json';

/** Files by which metrics outlive processes. */
export interface LedgerFiles {
  /** Ledger of this group. */
  file: LedgerFile;
  /** Ledger of the group that this one takes over from. */
  predecessor?: LedgerFile;
  /** Removes what the predecessor has left. */
  onFollowed?: () => void;
}

/**
 * Ledgers of a group and of its predecessor, in their private directories.
 *
 * @param predecessor directory of the group that this one takes over from
 */
export function ledgerFiles(directory: string, predecessor: string | undefined): LedgerFiles {
  const file = new LedgerFile(join(directory, LEDGER));
  if (predecessor === undefined) return { file };
  return {
    file,
    predecessor: new LedgerFile(join(predecessor, LEDGER)),
    onFollowed: () => rmSync(predecessor, { recursive: true, force: true }),
  };
}
